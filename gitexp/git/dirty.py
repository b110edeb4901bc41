"""Whether files that Git tracks are as HEAD has them."""

from __future__ import annotations

from gitexp.git.command import run_git
from gitexp.git.repo import Repo


def is_dirty(repo: Repo) -> bool:
    """Whether a tracked file differs from HEAD, staged or not. False before the first commit."""
    return run_git(repo.work_tree, "diff", "--quiet", "HEAD", "--", check=False).code == 1
