"""The big files of the workspace: bring those of its locks from the cache, lose none that is only here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from gitexp.build.locks import locked_outs
from gitexp.cache.checkout import MissingObjects, checkout
from gitexp.cache.memory.memo import Memo
from gitexp.cache.store import Store
from gitexp.cache.tree import Ignored, hash_path
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.experiment.pipelines import ReadPipeline
from gitexp.git.inside import stays_inside
from gitexp.git.repo import Repo


@dataclass(frozen=True, slots=True)
class DataPlace:
    """Where data goes and comes from: the DVC root in the working tree of `repo`; `ignored` is .dvcignore."""

    repo: Repo
    root: Path
    store: Store
    memo: Memo
    link_types: tuple[str, ...]
    ignored: Ignored | None


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of the cached outs, relative to the DVC root."""

    changed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()  # recorded, but not in the cache
    saved: tuple[tuple[str, Hash], ...] = field(default=())  # overwritten; the content is in the cache now
    outside: tuple[str, ...] = ()  # would lead out of the working tree, so they were left alone


def place_data(place: DataPlace, pipeline: ReadPipeline) -> Placed:
    """Make every cached out of the pipeline what its lock or .dvc file says.

    Content that would be overwritten and that the cache does not have is put there first. Data that the
    cache lacks is reported and left as it is. Raises ExpError for what can't be read or written.
    """
    changed, missing, saved, outside = [], [], [], []
    for path, wanted in cached_outs(pipeline):
        target = place.root / path
        if not stays_inside(place.repo, target):
            outside.append(path)
            continue
        if not place.store.has(wanted):
            if _now(place, target, wanted) != wanted.value:
                missing.append(path)
            continue
        unsaved = _save_if_only_here(place, target, wanted)
        if unsaved is not None:
            saved.append((path, unsaved))
        try:
            if checkout(
                place.store, wanted, target, place.link_types, memo=place.memo, ignored=place.ignored
            ):
                changed.append(path)
        except MissingObjects:
            missing.append(path)
    return Placed(tuple(changed), tuple(missing), tuple(saved), tuple(outside))


def cached_outs(pipeline: ReadPipeline) -> Iterator[tuple[str, Hash]]:
    """Every cached out with its recorded hash."""
    for stage in pipeline.graph.stages.values():
        for out, found in locked_outs(stage, pipeline.locks.get(stage.address)):
            if out.cache:
                yield out.path, found


def _now(place: DataPlace, target: Path, wanted: Hash) -> str | None:
    found = hash_path(target, place.memo, place.ignored, wanted.algorithm)
    return found.value if found else None


def _save_if_only_here(place: DataPlace, target: Path, wanted: Hash) -> Hash | None:
    """The hash of what is at `target` if it had to be put into the cache."""
    found = hash_path(target, place.memo, place.ignored)
    if found is None or found.value == wanted.value or place.store.has(found):
        return None
    if _now(place, target, wanted) == wanted.value:
        return None
    return place.store.save(target, place.memo, place.ignored)
