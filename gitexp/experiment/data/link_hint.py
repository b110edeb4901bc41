"""Said once a repository: what links would save where the disk has no reflinks and the user set nothing."""

from __future__ import annotations

import os

from gitexp.cache.link import can_reflink
from gitexp.project import Project

_WORTH_SAYING = 10 << 20  # bytes that lie on the disk twice


def link_hint(project: Project, size: int) -> str | None:
    """A sentence for the user who just put `size` bytes into the cache; None when there is nothing to say."""
    settings = project.settings
    said = project.repo.state_dir / "cache" / "links-explained"
    if settings.links_chosen or size < _WORTH_SAYING or said.exists():
        return None
    if not settings.cache_dir.is_dir() or can_reflink(os.fspath(settings.cache_dir)):
        return None
    said.parent.mkdir(parents=True, exist_ok=True)
    said.touch()
    return (
        "this disk has no reflinks, so data lies on it twice: in the workspace and in the cache.\n"
        "hint: links save that, and the time to copy; linked files are read-only until `exp unprotect`.\n"
        "  in .dvc/config: [cache] type = hardlink,symlink   then: exp checkout --relink"
    )
