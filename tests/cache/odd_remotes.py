"""A remote for tests that fails as real ones do: it drops requests, refuses, damages bytes."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from gitexp.cache.remotes.folder import FolderRemote
from gitexp.cache.remotes.store import Kind, Moved, RemoteObject, RemoteTrouble
from gitexp.cache.remotes.transfer import Patience

HASTY = Patience(first=0.0)


class FlakyRemote:
    """A folder behind a bad line: of `every` requests one fails, by a seeded choice; some damage bytes."""

    def __init__(self, root: Path, every: int = 20, seed: int = 1) -> None:
        self._inner = FolderRemote(root)
        self._every = every
        self._random = random.Random(seed)
        self.url, self.jobs = self._inner.url, 4
        self.failures = 0

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        self._maybe_fail()
        return self._inner.exists(keys)

    def put(self, source: Path, key: str, md5: str | None, moved: Moved) -> None:
        self._maybe_fail()
        self._inner.put(source, key, md5, moved)

    def flush(self) -> None:
        self._inner.flush()

    def get(self, key: str, target: Path, moved: Moved) -> str | None:
        self._maybe_fail()
        self._inner.get(key, target, moved)
        if self._unlucky():
            target.write_bytes(b"\0" + target.read_bytes()[1:] + b"\0")
        return None

    def list(self, prefix: str) -> Iterator[RemoteObject]:
        self._maybe_fail()
        return self._inner.list(prefix)

    def delete(self, keys: Collection[str]) -> None:
        self._maybe_fail()
        self._inner.delete(keys)

    def unfinished(self) -> Iterator[RemoteObject]:
        return self._inner.unfinished()

    def sweep(self, unfinished: Collection[RemoteObject]) -> None:
        self._inner.sweep(unfinished)

    def _unlucky(self) -> bool:
        unlucky = self._random.randrange(self._every) == 0
        self.failures += unlucky
        return unlucky

    def _maybe_fail(self) -> None:
        if self._unlucky():
            raise RemoteTrouble(Kind.PASSING, "connection reset by peer")


class DeadRemote(FlakyRemote):
    """Nothing gets through."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, every=1)

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        return {}
