"""Copy a file and hash what was copied, in one pass over its bytes.

Of a large file hashing takes longer than writing, so a second thread writes, and pushes what it wrote to
the disk as it goes: when the last block is hashed there is little left to wait for.
"""

from __future__ import annotations

import hashlib
import os
from queue import Queue
from threading import Thread

from gitexp.cache.link import write_all

_BLOCK = 1 << 20
_LARGE = 16 << 20  # below this a thread costs more than it saves
_AHEAD = 8  # blocks that may wait to be written
_FLUSH_EVERY = 64  # blocks


def copy_and_hash(source: str, new: str, size: int) -> str:
    """Copy the bytes of `source` to the new file `new` and return their md5. Raises OSError.

    `size` in bytes only decides how.
    """
    reader = os.open(source, os.O_RDONLY)
    try:
        writer = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            return _copy_large(reader, writer) if size >= _LARGE else _copy_small(reader, writer)
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _copy_small(reader: int, writer: int) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while block := os.read(reader, _BLOCK):
        digest.update(block)
        write_all(writer, memoryview(block))
    return digest.hexdigest()


def _copy_large(reader: int, writer: int) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with _BackgroundWriter(writer) as behind:
        while block := os.read(reader, _BLOCK):
            behind.write(block)
            digest.update(block)
    return digest.hexdigest()


class _BackgroundWriter:
    """Writes blocks in a thread of its own; what goes wrong there is raised on leaving the context."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._blocks: Queue[bytes] = Queue(_AHEAD)
        self._trouble: OSError | None = None
        self._thread = Thread(target=self._run, daemon=True)

    def write(self, block: bytes) -> None:
        if self._trouble is not None:
            raise self._trouble
        self._blocks.put(block)

    def _run(self) -> None:
        count = 0
        while block := self._blocks.get():
            if self._trouble is not None:
                continue  # keep taking, so that nobody waits for room in the queue
            try:
                write_all(self._handle, memoryview(block))
                count += 1
                if count % _FLUSH_EVERY == 0:
                    os.fsync(self._handle)
            except OSError as error:
                self._trouble = error

    def __enter__(self) -> _BackgroundWriter:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._blocks.put(b"")
        self._thread.join()
        if self._trouble is not None:
            raise self._trouble
