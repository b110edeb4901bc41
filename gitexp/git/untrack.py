"""Take files out of a worktree's index that only the snapshot put there."""

from __future__ import annotations

import os
from collections.abc import Sequence

from gitexp.git.command import run_git
from gitexp.git.worktree import Worktree

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


def untrack_new(worktree: Worktree, paths: Sequence[str]) -> list[str]:
    """Of these paths (relative to the worktree's root) untrack the files that the baseline does not have.

    They stay on disk. A snapshot holds every file that is not ignored, so also outs that were made before
    anybody told Git to ignore them.
    """
    if not paths:
        return []
    tracked = run_git(worktree.path, "ls-files", "-z", "--", *paths, env=_LITERAL).paths
    if not tracked:
        return []
    committed = run_git(
        worktree.path, "ls-tree", "-r", "-z", "--name-only", worktree.baseline, "--", *tracked
    )
    new = sorted(set(tracked) - set(committed.paths))
    stdin = b"".join(os.fsencode(path) + b"\0" for path in new)
    if new:
        run_git(worktree.path, "update-index", "--force-remove", "-z", "--stdin", input=stdin)
    return new
