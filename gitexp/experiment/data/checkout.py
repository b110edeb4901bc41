"""`exp checkout`: data in the workspace becomes what the lock and .dvc files say."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from enum import Enum

from gitexp.build.site import Site
from gitexp.cache.checkout import MissingObjects, checkout
from gitexp.cache.relink import relink
from gitexp.cache.tree import hash_path
from gitexp.cache.unsaved import unsaved_files
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.needed import Choice, Need, chosen_needs, place_lists
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.pipelines import read_pipeline
from gitexp.git.inside import stays_inside
from gitexp.pipeline.source import FolderFiles
from gitexp.project import Project

_SHOWN = 5


class Change(Enum):
    """What a checkout did to an out; the letters are Git's and DVC's."""

    ADDED = "A"
    MODIFIED = "M"
    RELINKED = "R"


@dataclass(frozen=True, slots=True)
class Brought:
    """Paths are relative to the DVC root; a folder's ends in '/'. `missing` is not in the cache.

    `outside` would lead out of the working tree, so it was left alone.
    """

    changes: tuple[tuple[Change, str], ...] = ()
    missing: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def checkout_data(
    project: Project,
    words: Sequence[str],
    force: bool = False,
    again: bool = False,
    with_deps: bool = False,
) -> Brought:
    """Bring outs (all, or those that `words` mean: outs, paths inside, stages, .dvc files) from the cache.

    `with_deps` brings also what the stages upstream of these make.

    What the cache lacks is reported, the rest is brought. Unless `force`, raises ExpError before anything
    is written when content would be lost that is only in the workspace. `again` also makes files that are
    right the kind of link that `cache.type` asks for.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    named = chosen_needs(project, read, Choice(tuple(words), with_deps))
    needs = [need for need in named if stays_inside(project.repo, project.root / need.path)]
    with open_workspace_site(project) as (site, _):
        place_lists(site.store, needs)
        present = [need for need in needs if not site.store.missing(need.hash, need.only)]
        if not force:
            _refuse_loss(site, present)
        changes = [(change, need) for need in present for change in _bring(site, need, again)]
        missing = [need for need in needs if need not in present and not _is_right(site, need)]
    return Brought(
        tuple((change, need.shown) for change, need in changes),
        tuple(need.shown for need in missing),
        tuple(need.shown for need in named if need not in needs),
    )


def _refuse_loss(site: Site, needs: Sequence[Need]) -> None:
    lost = [
        posixpath.normpath(posixpath.join(need.path, relpath))
        for need in needs
        for relpath in unsaved_files(
            site.store, need.hash, site.path(need.path), need.only, site.memo, site.ignored
        )
    ]
    if lost:
        names = "".join(f"\n  {path}" for path in lost[:_SHOWN])
        more = f"\n  and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        raise ExpError(
            f"files would be lost that are in no cache:{names}{more}",
            "keep them (`exp add` or `exp commit`), or use --force to lose them.",
        )


def _bring(site: Site, need: Need, again: bool) -> Iterator[Change]:
    target = site.path(need.path)
    place = target / need.only if need.only else target
    was_there = os.path.lexists(place)
    try:
        if checkout(site.store, need.hash, target, site.link_types, need.only, site.memo, site.ignored):
            yield Change.MODIFIED if was_there else Change.ADDED
    except MissingObjects:
        return  # somebody cleared the cache meanwhile
    if again and relink(site.store, need.hash, target, site.link_types, site.memo, site.ignored):
        yield Change.RELINKED


def _is_right(site: Site, need: Need) -> bool:
    """Whether the workspace has the content although the cache does not."""
    if need.only is not None:
        return False
    now = hash_path(site.path(need.path), site.memo, site.ignored, need.hash.algorithm)
    return need.hash.same_content(now)
