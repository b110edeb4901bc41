"""Did a command write through a link into the cache? Links are read-only: not for root, nor after a chmod.

Looked for by time stamp, and proved by hash: a file that another run merely linked is no suspect.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitexp.build.site import Site
from gitexp.cache.link import HARDLINK, SYMLINK
from gitexp.cache.objects import list_objects
from gitexp.cache.tree import FoundFile, find_files
from gitexp.errors import ExpError
from gitexp.pipeline.stage import DepKind, Stage

_SLACK_NS = 2_000_000_000  # clocks of file systems run behind ours, some in steps of two seconds
_SHOWN = 3


def require_untouched(stage: Stage, site: Site, began_ns: int) -> None:
    """Raise ExpError when a dep of `stage` is a link and what it leads to was changed since `began_ns`.

    Such an object is not what its name says any more, so it is taken out of the cache.
    """
    if not {HARDLINK, SYMLINK}.intersection(site.link_types):
        return
    suspects = {
        (file.stat.st_dev, file.stat.st_ino): file.path
        for file in _linked_deps(stage, site)
        if file.stat.st_mtime_ns >= began_ns - _SLACK_NS
    }
    written = list(_taken_away(site, suspects)) if suspects else []
    if written:
        names = ", ".join(f"'{name}'" for name in written[:_SHOWN])
        more = f" and {len(written) - _SHOWN} more" if len(written) > _SHOWN else ""
        raise ExpError(
            f"it wrote into {names}{more}, which is a link into the cache: what it was is lost there.",
            "`exp fsck --repair` brings it back where it still is; a stage that edits its deps needs a copy"
            " of them (`cp`), or `cache.type = reflink,copy`.",
        )


def _linked_deps(stage: Stage, site: Site) -> Iterator[FoundFile]:
    for dep in stage.deps:
        if dep.kind is DepKind.FILE:
            path = site.path(dep.path)
            for file in find_files(path, path, site.ignored):
                if file.is_link or file.stat.st_nlink > 1:
                    yield file


def _taken_away(site: Site, suspects: dict[tuple[int, int], str]) -> Iterator[str]:
    for found in list_objects(site.store.root):
        path = suspects.get((found.stat.st_dev, found.stat.st_ino))
        if path is not None and not site.store.objects.holds(found.value, found.algorithm):
            found.path.unlink(missing_ok=True)
            site.store.objects.forget()
            yield Path(path).relative_to(site.root).as_posix()
