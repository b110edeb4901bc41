"""The data files of a revision or of the workspace, path by path, and how two such listings differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitexp.build.site import Site
from gitexp.cache.store import Store
from gitexp.cache.tree import hash_path, list_folder
from gitexp.dataclass import dataclass
from gitexp.experiment.data.needed import Need

# Root-relative path -> hash value; a folder's path ends in '/'.
Listing = Mapping[str, str]


def recorded_listing(store: Store, needs: Iterable[Need], granular: bool = True) -> Listing:
    """What locks and .dvc files name; with `granular` the files inside folders, where the cache tells."""
    found: dict[str, str] = {}
    for need in needs:
        found[need.shown] = need.hash.value
        if granular and need.hash.is_dir:
            found.update(_below(need.path, store.read_dir(need.hash) or {}))
    return found


def present_listing(site: Site, needs: Iterable[Need], granular: bool = True) -> Listing:
    """What is in the workspace now at the paths of `needs`. Raises ExpError for what can't be read."""
    found: dict[str, str] = {}
    for need in needs:
        path, algorithm = site.path(need.path), need.hash.algorithm
        if path.is_dir():
            listed = list_folder(path, site.memo, site.ignored, algorithm)
            found[f"{need.path}/"] = listed.hash.value
            if granular:
                found.update(_below(need.path, listed.entries))
        else:
            hash = hash_path(path, site.memo, site.ignored, algorithm)
            if hash is not None:
                found[need.path] = hash.value
    return found


def missing_paths(store: Store, needs: Iterable[Need], granular: bool = True) -> list[str]:
    """The recorded paths whose objects are not in the cache."""
    found: list[str] = []
    for need in needs:
        lacking = store.missing(need.hash)
        if lacking == [""] or (lacking and not granular):
            found.append(need.shown)
        if granular and need.hash.is_dir:
            found += [f"{need.path}/{relpath}" for relpath in lacking if relpath]
    return sorted(dict.fromkeys(found))


def _below(folder: str, entries: Mapping[str, str]) -> dict[str, str]:
    return {f"{folder}/{relpath}": value for relpath, value in entries.items()}


@dataclass(frozen=True, slots=True)
class Renamed:
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Difference:
    """How `new` differs from `old`, sorted by path. `renamed`: same content under another path."""

    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    unchanged: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.deleted or self.modified or self.renamed)


def compare(old: Listing, new: Listing, find_renames: bool = False) -> Difference:
    """The difference of two listings; without `find_renames` a rename is a deletion and an addition."""
    added = sorted(new.keys() - old.keys())
    deleted = sorted(old.keys() - new.keys())
    both = sorted(old.keys() & new.keys())
    renamed = _renames(old, new, deleted, added) if find_renames else ()
    gone, come = {one.old for one in renamed}, {one.new for one in renamed}
    return Difference(
        tuple(path for path in added if path not in come),
        tuple(path for path in deleted if path not in gone),
        tuple(path for path in both if old[path] != new[path]),
        renamed,
        tuple(path for path in both if old[path] == new[path]),
    )


def _renames(old: Listing, new: Listing, deleted: list[str], added: list[str]) -> tuple[Renamed, ...]:
    by_value: dict[str, list[str]] = {}
    for path in reversed(deleted):
        by_value.setdefault(old[path], []).append(path)
    found = ((by_value.get(new[path]), path) for path in added)
    return tuple(Renamed(sources.pop(), path) for sources, path in found if sources)
