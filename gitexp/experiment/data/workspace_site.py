"""The workspace as a place to build in: its root, cache, memo and rules, for commands that work on data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gitexp.build.site import Site
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.memory.memo import Memo
from gitexp.experiment.stores import open_memo, open_store
from gitexp.project import Project


@contextmanager
def open_workspace_site(project: Project) -> Iterator[tuple[Site, Memo]]:
    """The workspace's site and its memo, which is written on leaving."""
    with open_memo(project) as memo:
        site = Site(
            root=project.root,
            repo=project.repo,
            store=open_store(project),
            memo=memo,
            link_types=project.settings.link_types,
            ignored=DvcIgnore(project.root).ignored,
        )
        yield site, memo
