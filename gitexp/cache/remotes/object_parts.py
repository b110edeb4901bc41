"""Large objects: sent in parts, fetched in ranges, several at once and never more than memory is for."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from obstore import Bytes

from gitexp.cache.remotes.store import Moved

ONE_PART = 8 << 20  # bytes; larger objects are moved in parts
_PART = 8 << 20
_MOST_PARTS = 9_000  # S3 takes 10,000
_BLOCK = 1 << 20
_RANGES = 8  # in memory at once, of all objects together
_AT_ONCE = 4  # ranges that are on their way

Fetch = Callable[[int, int], Bytes]  # the bytes of an object from one position to another


def part_size(size: int) -> int:
    """How large to make the parts of an object of `size` bytes."""
    return max(_PART, size // _MOST_PARTS)


class PartedFile:
    """The bytes of a file as they are sent, hashed on the way: as a whole, and part by part.

    Iterating raises what `on_other` makes when the file is not `md5`, before its last block: what was sent
    then never becomes an object.
    """

    def __init__(
        self, source: Path, part: int, md5: str | None, moved: Moved, on_other: Callable[[], Exception]
    ) -> None:
        self._source, self._part, self._md5 = source, part, md5
        self._moved, self._on_other = moved, on_other
        self._parts: list[bytes] = []
        self.md5 = ""  # of the whole, when all of it was sent

    def __iter__(self) -> Iterator[bytes]:
        self._parts.clear()
        whole, digest, left = _md5(), _md5(), self._part
        with self._source.open("rb") as file:
            while block := file.read(min(_BLOCK, left)):
                whole.update(block)
                digest.update(block)
                left -= len(block)
                if not left:
                    self._parts.append(digest.digest())
                    digest, left = _md5(), self._part
                yield block
                self._moved(len(block))
        if left < self._part:
            self._parts.append(digest.digest())
        self.md5 = whole.hexdigest()
        if self._md5 not in (None, self.md5):
            raise self._on_other()

    @property
    def etag(self) -> str:
        """What S3 calls an object made of these parts, where its ETags are md5s."""
        return f"{_md5(b''.join(self._parts)).hexdigest()}-{len(self._parts)}"


class Ranges:
    """Fetches objects range by range. Threads share one."""

    def __init__(self) -> None:
        self._room = threading.BoundedSemaphore(_RANGES)
        self._pool = ThreadPoolExecutor(_AT_ONCE)

    def fetch(self, get: Fetch, size: int, target: Path, moved: Moved) -> str:
        """Write an object of `size` bytes to the new file `target`; its md5. Raises what `get` raises."""
        digest = _md5()
        coming: deque[Future[Bytes]] = deque()
        starts = iter(range(0, size, _PART))
        start = next(starts, None)
        with target.open("xb") as file:
            try:
                while coming or start is not None:
                    # Whoever has nothing on its way waits for room; whoever has takes what came first.
                    while start is not None and self._room.acquire(blocking=not coming):
                        coming.append(self._pool.submit(get, start, min(start + _PART, size)))
                        start = next(starts, None)
                    block = coming[0].result()
                    coming.popleft()
                    self._room.release()
                    digest.update(block)
                    file.write(block)
                    moved(len(block))
            finally:
                for future in coming:
                    future.cancel()
                    self._room.release()
        return digest.hexdigest()


def _md5(data: bytes = b"") -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)
