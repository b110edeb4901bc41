"""Push, fetch and look at a remote: one git process each, so credentials, SSH and hooks are the user's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gitexp.errors import ExpError
from gitexp.git.command import GitOutput, run_git
from gitexp.git.refs import Ref
from gitexp.git.repo import Repo

_FLAGS = {" ": "updated", "+": "forced", "-": "deleted", "*": "new", "!": "rejected", "=": "unchanged"}


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of one ref: `outcome` is updated, forced, deleted, new, rejected or unchanged."""

    ref: str  # on the remote
    outcome: str
    reason: str = ""


def push(
    repo: Repo, remote: str, refspecs: Sequence[str], force_with_lease: Mapping[str, str] | None = None
) -> list[Pushed]:
    """Push `refspecs` in one process. `force_with_lease`: remote ref -> the id it must hold now ('': none).

    Rejected refs are among the results; raises ExpError when the remote can't be reached or used at all.
    """
    if not refspecs:
        return []
    leases = [f"--force-with-lease={ref}:{oid}" for ref, oid in (force_with_lease or {}).items()]
    # What is pushed beside refs (tags, submodules) is the user's push, not ours.
    options = ("-c", "push.followTags=false", "push", "--porcelain", "--recurse-submodules=no", *leases)
    done = run_git(repo.work_tree, *options, "--end-of-options", remote, *refspecs, check=False)
    results = [_pushed(line) for line in done.text.splitlines() if "\t" in line]
    if done.code != 0 and not any(result.outcome == "rejected" for result in results):
        raise _unreachable(remote, done)
    return results


def fetch(repo: Repo, remote: str, refspecs: Sequence[str]) -> None:
    """Fetch exactly `refspecs` (begin one with '+' to overwrite). Raises ExpError when that fails."""
    if not refspecs:
        return
    # Tags, FETCH_HEAD, submodules and tracking branches stay as the user's own fetch left them.
    options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--refmap=")
    done = run_git(repo.work_tree, "fetch", *options, "--end-of-options", remote, *refspecs, check=False)
    if done.code != 0:
        raise _unreachable(remote, done)


def list_remote(repo: Repo, remote: str, prefix: str) -> list[Ref]:
    """The refs of a remote whose names begin with `prefix` ('refs/exps/'), by name."""
    asked = ("ls-remote", "--quiet", "--end-of-options", remote, prefix + "*")
    done = run_git(repo.work_tree, *asked, check=False)
    if done.code != 0:
        raise _unreachable(remote, done)
    pairs = (line.split("\t", 1) for line in done.text.splitlines())
    return [Ref(name, oid) for oid, name in pairs if name.startswith(prefix) and not name.endswith("^{}")]


def remote_names(repo: Repo) -> list[str]:
    """The remotes of Git's config."""
    return run_git(repo.work_tree, "remote").text.splitlines()


def _pushed(line: str) -> Pushed:
    """One line of `git push --porcelain`: flag, from:to, summary (reason)."""
    flag, refs, summary = (line.split("\t", 2) + ["", ""])[:3]
    reason = summary.partition("(")[2].rstrip(")") if flag == "!" else ""
    return Pushed(refs.rpartition(":")[2], _FLAGS.get(flag[:1], "updated"), reason)


def _unreachable(remote: str, done: GitOutput) -> ExpError:
    why = done.complaint or f"exit code {done.code}"
    return ExpError(f"Git remote '{remote}': {why}", "`git remote -v` lists the remotes.")
