"""What every path holds now: looked up on disk, or known although it is not on disk (yet).

The second kind is `pending`: its hash is decided, and if the store has its objects it counts as there. In a
virtual site that is every absent cached out and all absent .dvc data; while planning it is also what a
restore would bring back.
A pending path is placed on disk when a command needs it. A directory of which only some files were placed
stays pending, so it is never mistaken for what little of it lies there.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence

from gitexp.build.locks import Locks, locked_outs
from gitexp.build.pathmap import PathMap
from gitexp.build.site import Site
from gitexp.cache.checkout import checkout
from gitexp.cache.entries import restrict
from gitexp.cache.hashing import MD5
from gitexp.cache.tree import DirListing, hash_path, list_folder
from gitexp.content import Hash
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.params import parse_params, picked
from gitexp.pipeline.stage import ParamDep, Stage, Value


class Contents:
    """The contents of a site during one plan or build. Threads may share it.

    What was looked up is believed until `make_pending`, `on_disk` or `forget` says otherwise.
    """

    def __init__(self, site: Site, pending: dict[str, Hash]) -> None:
        self._site = site
        self._pending = PathMap(pending)
        self._hashes: PathMap[dict[str, Hash | None]] = PathMap()
        self._params: PathMap[Value] = PathMap()
        self._manifests: dict[str, Mapping[str, str]] = {}
        self._placing = threading.Lock()

    def fork(self) -> Contents:
        """A copy to play through in: what becomes pending there changes nothing here."""
        return Contents(self._site, self._pending.as_dict())

    def hash(self, path: str, algorithm: str = MD5) -> Hash | None:
        """The hash of a file or directory; None if it is not there. Raises ExpError if it can't be read."""
        known = self._hashes.get(path)
        if known is None:
            known = self._hashes[path] = {}
        if algorithm not in known:
            known[algorithm] = self._look(path, algorithm)
        return known[algorithm]

    def params(self, dep: ParamDep) -> dict[str, Value] | None:
        """The values a stage asks of a params file; None if there is no such file. Raises ExpError."""
        values = self._params.get(dep.path)
        if values is None:
            data = self._read(dep.path)
            if data is None:
                return None
            values = self._params[dep.path] = parse_params(dep.path, data)
        return picked(values, dep)

    def pending(self, path: str) -> Hash | None:
        """The hash of a path that is pending, by itself or inside a pending directory.

        Only here the store is asked: a large directory costs nothing until somebody wants it.
        """
        found = self._pending.get(path)
        if found is not None:
            return found if self._site.store.has(found) else None
        around = self._pending.around(path)
        if around is None or self._site.store.missing(around[2], around[1]):
            return None
        return self._inside(around[2], around[1])

    def make_pending(self, path: str, content: Hash) -> None:
        """From now on `path` holds `content`, which is in the store, whatever lies on disk."""
        self._pending[path] = content
        self._doubt(path)

    def on_disk(self, path: str, content: Hash | None = None) -> None:
        """From now on `path` is what lies on disk; `content` saves looking, if it is known."""
        self._pending.drop(path)
        self._doubt(path)
        if content is not None:
            self._hashes[path] = {content.algorithm: content}

    def forget(self) -> None:
        """Look again: a command ran, and may have changed anything."""
        self._hashes, self._params = PathMap(), PathMap()

    def place(self, path: str) -> None:
        """Put onto disk what is pending at `path`, inside it, or of a directory around it. ExpError."""
        with self._placing:
            found = self._pending.get(path)
            within = {path: found} if found is not None else self._pending.below(path)
            for target, content in within.items():
                if not self._site.store.has(content):
                    continue
                self._checkout(target, content)
                self._pending.drop(target)
            around = self._pending.around(path)
            if around is not None and self._inside(around[2], around[1]) is not None:
                self._checkout(around[0], around[2], only=around[1])
                self._hashes.drop_overlapping(path)  # of what had to be fetched, no size was known

    def _checkout(self, path: str, content: Hash, only: str | None = None) -> None:
        site = self._site
        checkout(site.store, content, site.path(path), site.link_types, only, site.memo, site.ignored)

    def _doubt(self, path: str) -> None:
        self._hashes.drop_overlapping(path)
        self._params.drop_overlapping(path)

    def _look(self, path: str, algorithm: str) -> Hash | None:
        pending = self.pending(path)
        if pending is not None:
            return self._as(pending, algorithm)
        within = {other: found for other, found in self._pending.below(path).items() if self.pending(other)}
        if within:
            return self._merged(path, within, algorithm)
        return hash_path(self._site.path(path), self._site.memo, self._site.ignored, algorithm)

    def _as(self, pending: Hash, algorithm: str) -> Hash | None:
        """A pending hash in the algorithm asked for: lock entries of DVC 2 and 3 may meet."""
        if pending.algorithm == algorithm or pending.is_dir:
            return pending
        self._site.store.bring(pending)
        return hash_path(self._site.store.object_path(pending), self._site.memo, None, algorithm)

    def _inside(self, folder: Hash, inside: str) -> Hash | None:
        """What a stored directory has at `inside`: a file, a directory, or nothing."""
        entries = restrict(self._manifest(folder), inside)
        if inside in entries:
            return Hash(entries[inside], folder.algorithm, self._size(entries[inside], folder.algorithm))
        below = {name[len(inside) + 1 :]: md5 for name, md5 in entries.items()}
        return self._listing(below, folder.algorithm).hash if below else None

    def _merged(self, path: str, within: dict[str, Hash], algorithm: str) -> Hash:
        """A directory of which some parts lie on disk and some are pending."""
        top = self._site.path(path)
        entries: dict[str, str] = {}
        if top.is_dir():
            entries.update(list_folder(top, self._site.memo, self._site.ignored, algorithm).entries)
        for other, found in within.items():
            inside = other if path == "." else other[len(path) + 1 :]
            if found.is_dir:
                entries.update({f"{inside}/{name}": md5 for name, md5 in self._manifest(found).items()})
            else:
                entries[inside] = found.value
        return self._listing(entries, algorithm).hash

    def _listing(self, entries: dict[str, str], algorithm: str) -> DirListing:
        sizes = (self._size(md5, algorithm) for md5 in entries.values())
        return DirListing(entries, sum(size or 0 for size in sizes), algorithm=algorithm)

    def _manifest(self, folder: Hash) -> Mapping[str, str]:
        if folder.value not in self._manifests:
            self._manifests[folder.value] = self._site.store.read_dir(folder) or {}
        return self._manifests[folder.value]

    def _size(self, md5: str, algorithm: str) -> int | None:
        try:
            return self._site.store.object_path(Hash(md5, algorithm)).stat().st_size
        except OSError:
            return None

    def _read(self, path: str) -> bytes | None:
        pending = self.pending(path)
        if pending is not None:
            self._site.store.bring(pending)
        place = self._site.path(path) if pending is None else self._site.store.object_path(pending)
        try:
            return place.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None


def contents_of(
    site: Site, graph: Graph, locks: Locks, allow_missing: bool = False, apart_from: Sequence[Stage] = ()
) -> Contents:
    """The contents of a site before anything ran in it; with `allow_missing` as if it were virtual.

    With a store that is supplied, what belongs to stages other than `apart_from` is known, too.
    """
    is_known = site.virtual or allow_missing
    others = {} if is_known else {stage.address for stage in apart_from}
    stages = [stage for stage in graph.stages.values() if stage.address not in others]
    return Contents(site, dict(_absent(site, stages, locks)) if is_known or site.store.is_supplied else {})


def _absent(site: Site, stages: Sequence[Stage], locks: Locks) -> Iterator[tuple[str, Hash]]:
    """Cached outs and .dvc data that are not on disk but known; whether the store has them shows later."""
    for stage in stages:
        for out, found in locked_outs(stage, locks.get(stage.address)):
            if out.cache and not os.path.lexists(site.path(out.path)):
                yield out.path, found
