"""The data cache and the hash memo of a project."""

from __future__ import annotations

from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.project import Project


def open_store(project: Project) -> Store:
    """The project's data cache."""
    return Store(project.settings.cache_dir, project.settings.shared_cache)


def open_memo(project: Project) -> Memo:
    """The memo of file hashes, shared by the workspace and every worktree."""
    return Memo(project.repo.state_dir / "cache" / "hashes")
