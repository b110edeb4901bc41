"""The user's own index: put files into it, ask what is in it. Only for commands whose job is to stage."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.git.command import run_git
from gitexp.git.repo import Repo

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


def add_files(repo: Repo, paths: Sequence[str]) -> None:
    """`git add` of these files, relative to the working tree. Raises ExpError when Git ignores one."""
    if paths:
        run_git(repo.work_tree, "add", "--", *paths, env=_LITERAL)


def tracked_among(repo: Repo, paths: Sequence[str], literal: bool = True) -> list[str]:
    """What Git tracks of these files and folders, relative to the working tree, or of these patterns."""
    if not paths:
        return []
    env = _LITERAL if literal else None
    return list(run_git(repo.work_tree, "ls-files", "-z", "--", *paths, env=env).paths)


def stage_changes(repo: Repo, paths: Sequence[str]) -> None:
    """Take what became of these tracked files into the index, deletions too; others are added."""
    here = [path for path in paths if (repo.work_tree / path).exists()]
    add_files(repo, here)
    gone = tracked_among(repo, [path for path in paths if path not in here])
    if gone:
        run_git(repo.work_tree, "rm", "-q", "--cached", "--", *gone, env=_LITERAL)
