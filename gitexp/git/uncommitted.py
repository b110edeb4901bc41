"""What Git holds that is on no branch: the index, stashes, and the other worktrees of the repository."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from gitexp.git.command import run_git
from gitexp.git.repo import Repo
from gitexp.git.snapshot import private_index


class Linked(NamedTuple):
    """A worktree that the user made; `head` is the commit checked out there."""

    path: Path
    head: str | None


def index_tree(repo: Repo) -> str | None:
    """The tree of what is staged; None when there is no index, or one with conflicts."""
    if not (repo.git_dir / "index").exists():
        return None
    with private_index(repo) as index:
        env = {"GIT_INDEX_FILE": str(index)}
        written = run_git(repo.work_tree, "write-tree", env=env, check=False)
    return written.text if written.code == 0 else None


def list_stashes(repo: Repo) -> list[tuple[str, list[str]]]:
    """Name ('stash@{0}') and commits of every stash: the workspace, the index, untracked files."""
    listed = run_git(repo.work_tree, "stash", "list", "--format=%gd%x09%H %P", check=False)
    found = []
    for line in listed.text.splitlines() if listed.code == 0 else ():
        name, _, oids = line.partition("\t")
        commit, _base, *others = oids.split()
        found.append((name, [commit, *others]))
    return found


def list_linked(repo: Repo) -> list[Linked]:
    """The other worktrees of this repository, without those of runs."""
    listed = run_git(repo.work_tree, "worktree", "list", "--porcelain", "-z", check=False)
    found = []
    for block in listed.out.decode("utf-8", "surrogateescape").split("\0\0"):
        fields = dict(line.partition(" ")[::2] for line in block.split("\0") if line)
        if "worktree" not in fields or "bare" in fields:
            continue
        path = Path(fields["worktree"])
        if path.is_dir() and not path.is_relative_to(repo.state_dir) and path != repo.work_tree:
            found.append(Linked(path, fields.get("HEAD")))
    return found
