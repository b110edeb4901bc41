"""`exp checkout`: data in the workspace becomes what the lock and .dvc files say."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from gitexp.build.locks import locked_outs
from gitexp.build.site import Site
from gitexp.cache.checkout import MissingObjects, checkout
from gitexp.cache.relink import relink
from gitexp.cache.tree import hash_path
from gitexp.cache.unsaved import unsaved_files
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.experiment.data_paths import owner_of, root_relative
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.scope import caller_dir
from gitexp.experiment.workspace_site import open_workspace_site
from gitexp.pipeline.select import find
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Out, Stage
from gitexp.project import Project

_SHOWN = 5


class Change(Enum):
    """What a checkout did to an out; the letters are Git's and DVC's."""

    ADDED = "A"
    MODIFIED = "M"
    RELINKED = "R"


@dataclass(frozen=True, slots=True)
class Brought:
    """Paths are relative to the DVC root; a folder's ends in '/'. `missing` is not in the cache."""

    changes: tuple[tuple[Change, str], ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wish:
    """One out to make equal to its recorded hash, or one path inside it."""

    path: str
    hash: Hash
    only: str | None = None


def checkout_data(
    project: Project, words: Sequence[str], force: bool = False, again: bool = False
) -> Brought:
    """Bring outs (all, or those that `words` mean: outs, paths inside, stages, .dvc files) from the cache.

    What the cache lacks is reported, the rest is brought. Unless `force`, raises ExpError before anything
    is written when content would be lost that is only in the workspace. `again` also makes files that are
    right the kind of link that `cache.type` asks for.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    wishes = list(dict.fromkeys(_wishes(project, read, words)))
    with open_workspace_site(project) as (site, _):
        present = [wish for wish in wishes if not site.store.missing(wish.hash, wish.only)]
        if not force:
            _refuse_loss(site, present)
        changes = [(change, wish) for wish in present for change in _bring(site, wish, again)]
        missing = [wish for wish in wishes if wish not in present and not _is_right(site, wish)]
    return Brought(
        tuple((change, _shown(wish)) for change, wish in changes), tuple(_shown(wish) for wish in missing)
    )


def _wishes(project: Project, read: ReadPipeline, words: Sequence[str]) -> Iterator[_Wish]:
    if not words:
        for stage in read.graph.stages.values():
            yield from _outs_of(read, stage)
    for word in words:
        path = root_relative(project, word)
        owner = owner_of(read.graph, path)
        if owner is None:
            for address in find(read.graph, word, caller_dir(project), recursive=True):
                yield from _outs_of(read, read.graph.stages[address])
        else:
            yield from _inside(read, path, *owner)


def _outs_of(read: ReadPipeline, stage: Stage) -> Iterator[_Wish]:
    for out, hash in locked_outs(stage, read.locks.get(stage.address)):
        if _is_ours(out):
            yield _Wish(out.path, hash)


def _inside(read: ReadPipeline, path: str, tracked: str, address: str) -> Iterator[_Wish]:
    wish = next((wish for wish in _outs_of(read, read.graph.stages[address]) if wish.path == tracked), None)
    if wish is None:
        raise ExpError(
            f"nothing is recorded of '{tracked}' yet, or it is not kept in the cache.",
            f"make it: `exp run`, or record what is there: `exp commit {address}`.",
        )
    only = path[len(tracked) + 1 :] or None
    if only is not None and not wish.hash.is_dir:
        raise ExpError(f"'{tracked}' is a file, so there is no '{path}'.")
    yield _Wish(tracked, wish.hash, only)


def _is_ours(out: Out) -> bool:
    return out.cache and "://" not in out.path


def _refuse_loss(site: Site, wishes: Sequence[_Wish]) -> None:
    lost = [
        posixpath.normpath(posixpath.join(wish.path, relpath))
        for wish in wishes
        for relpath in unsaved_files(
            site.store, wish.hash, site.path(wish.path), wish.only, site.memo, site.ignored
        )
    ]
    if lost:
        names = "".join(f"\n  {path}" for path in lost[:_SHOWN])
        more = f"\n  and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        raise ExpError(
            f"files would be lost that are in no cache:{names}{more}",
            "keep them (`exp add` or `exp commit`), or use --force to lose them.",
        )


def _bring(site: Site, wish: _Wish, again: bool) -> Iterator[Change]:
    target = site.path(wish.path)
    place = target / wish.only if wish.only else target
    was_there = os.path.lexists(place)
    try:
        if checkout(site.store, wish.hash, target, site.link_types, wish.only, site.memo, site.ignored):
            yield Change.MODIFIED if was_there else Change.ADDED
    except MissingObjects:
        return  # somebody cleared the cache meanwhile
    if again and relink(site.store, wish.hash, target, site.link_types, site.memo, site.ignored):
        yield Change.RELINKED


def _is_right(site: Site, wish: _Wish) -> bool:
    """Whether the workspace has the content although the cache does not."""
    if wish.only is not None:
        return False
    now = hash_path(site.path(wish.path), site.memo, site.ignored, wish.hash.algorithm)
    return wish.hash.same_content(now)


def _shown(wish: _Wish) -> str:
    if wish.only:
        return f"{wish.path}/{wish.only}"
    return f"{wish.path}/" if wish.hash.is_dir else wish.path
