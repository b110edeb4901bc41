"""A mapping by path that also knows what lies above and below: no scan of all paths per question."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")


class PathMap(Generic[V]):
    """POSIX paths -> values. Threads may share it."""

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items: dict[str, V] = {}
        self._below: dict[str, set[str]] = {}  # folder -> the paths in it, at any depth
        self._lock = threading.RLock()
        for path, value in (items or {}).items():
            self[path] = value

    def __setitem__(self, path: str, value: V) -> None:
        with self._lock:
            if path not in self._items:
                for folder, _inside in ancestors(path):
                    self._below.setdefault(folder, set()).add(path)
            self._items[path] = value

    def get(self, path: str) -> V | None:
        return self._items.get(path)

    def drop(self, path: str) -> None:
        """Forget `path`, if it is there."""
        with self._lock:
            if path in self._items:
                del self._items[path]
                for folder, _inside in ancestors(path):
                    self._below[folder].discard(path)

    def around(self, path: str) -> tuple[str, str, V] | None:
        """The nearest folder above `path` that is in the map: the folder, the path inside it, the value."""
        for folder, inside in ancestors(path):
            value = self._items.get(folder)
            if value is not None:
                return folder, inside, value
        return None

    def below(self, path: str) -> dict[str, V]:
        """What lies inside `path`, without `path` itself."""
        with self._lock:
            return {other: self._items[other] for other in sorted(self._below.get(path, ()))}

    def overlaps(self, path: str) -> bool:
        """Whether `path`, a folder around it or something inside it is in the map."""
        return path in self._items or bool(self._below.get(path)) or self.around(path) is not None

    def drop_overlapping(self, path: str) -> None:
        with self._lock:
            for other in (path, *(folder for folder, _inside in ancestors(path)), *self.below(path)):
                self.drop(other)

    def as_dict(self) -> dict[str, V]:
        with self._lock:
            return dict(self._items)


def ancestors(path: str) -> Iterator[tuple[str, str]]:
    """('a/b', 'c'), ('a', 'b/c'), ('.', 'a/b/c') for 'a/b/c': each folder above with the path inside it."""
    at = path.rfind("/")
    while at > 0:
        yield path[:at], path[at + 1 :]
        at = path.rfind("/", 0, at)
    if path != "." and not path.startswith(("/", "../")):
        yield ".", path
