"""Rehearse what ends a run, before hours of stages: sign a commit, create a ref. Nothing of it stays.

Both can fail for reasons that have nothing to do with the run (no key, a hook that vetoes), and what was made
would be in no experiment then. A repository that neither signs nor has such a hook pays nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.objects import commit_settings, write_commit
from gitexp.git.refs import vetoed
from gitexp.git.repo import Repo


def rehearse(repo: Repo, tree: str, baseline: str, ref: str) -> None:
    """Raise ExpError if a commit of `tree` could not be signed, or a hook would not let `ref` be created."""
    if commit_settings(repo).sign:
        _sign(repo, tree, baseline)
    if _has_hook(repo):
        _create(repo, ref, baseline)


def _sign(repo: Repo, tree: str, baseline: str) -> None:
    """A commit that no ref names: `git gc` removes it."""
    try:
        write_commit(repo, tree, [baseline], "exp: can a commit be signed?\n")
    except ExpError as error:
        raise ExpError(
            f"commits are to be signed here (commit.gpgSign), and that does not work: {error.message}",
            "`git commit --allow-empty -m test` would fail as well. `git config user.signingKey KEY` names a"
            " key; `git config commit.gpgSign false` signs nothing in this repository.",
        ) from error


def _has_hook(repo: Repo) -> bool:
    named = commit_settings(repo).hooks_path
    folder = repo.work_tree / os.path.expanduser(named) if named else repo.common_dir / "hooks"
    return os.access(Path(folder) / "reference-transaction", os.X_OK)


def _create(repo: Repo, ref: str, oid: str) -> None:
    """Prepare the transaction, which asks the hook, and abort it."""
    steps = f"start\ncreate {ref} {oid}\nprepare\nabort\n".encode("utf-8", "surrogateescape")
    done = run_git(repo.work_tree, "update-ref", "--stdin", input=steps, env={"LC_ALL": "C"}, check=False)
    veto = vetoed(done)
    if done.code != 0 and veto is not None:
        raise veto
