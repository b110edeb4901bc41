"""Copy a file and hash what was copied, in one pass over its bytes.

A large file is read and hashed by one thread and written by others, past the page cache where the file
system can do that: there the bytes would be copied once more, to be written later all the same, and whoever
waits until they are durable waits for all of them at once. The copy then takes as long as md5 or the disk,
whichever is slower.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import hashlib
import os
import sys
from collections.abc import Callable
from mmap import mmap
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from gitexp.cache.link import write_all

_BLOCK = 1 << 20
_LARGE = 16 << 20  # bytes; below this threads cost more than they save
_PIECE = 8 << 20  # bytes that a thread writes at once
_WRITERS = 4
_ALIGNED = 4096  # what is written past the page cache begins and ends at multiples of this
_DIRECT = getattr(os, "O_DIRECT", 0)  # 0 where there is no such thing


def copy_and_hash(source: str, new: str, size: int, moved: Callable[[int], None] | None = None) -> str:
    """Copy the bytes of `source` to the new file `new` and return their md5. Raises OSError.

    `size` in bytes only decides how; `moved` is told of bytes on their way, and what it raises ends the copy.
    """
    reader = os.open(source, os.O_RDONLY)
    try:
        writer = _create(new, _DIRECT if size >= _LARGE else 0)
        try:
            if size >= _LARGE:
                return _copy_large(reader, writer, size, moved)
            return _copy_small(reader, writer, moved)
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _create(new: str, direct: int) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(new, flags | direct, 0o600)
    except OSError as error:
        if not direct or error.errno != errno.EINVAL:
            raise
        # Some file systems refuse it only after they made the file.
        return os.open(new, flags & ~os.O_EXCL, 0o600)


def _copy_small(reader: int, writer: int, moved: Callable[[int], None] | None) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    while block := os.read(reader, _BLOCK):
        digest.update(block)
        write_all(writer, memoryview(block))
        if moved is not None:
            moved(len(block))
    return digest.hexdigest()


def _copy_large(reader: int, writer: int, size: int, moved: Callable[[int], None] | None) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    _reserve(writer, size)
    position = 0
    with _BackgroundWriter(writer) as behind:
        while count := _fill(reader, buffer := behind.free_buffer()):
            behind.write(_Piece(buffer, count, position))
            with memoryview(buffer) as whole, whole[:count] as filled:
                digest.update(filled)
            position += count
            if moved is not None:
                moved(count)
    if position < size:
        os.ftruncate(writer, position)
    return digest.hexdigest()


def _reserve(handle: int, size: int) -> None:
    """Room for a file, so that several may write to it at once; where that can't be they take turns."""
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).fallocate(handle, 0, ctypes.c_int64(0), ctypes.c_int64(size))
        except AttributeError:  # a libc without it
            return


def _fill(reader: int, buffer: mmap) -> int:
    """Read until the buffer is full or the file ends; how many bytes."""
    count = 0
    with memoryview(buffer) as whole:
        while count < len(whole):
            with whole[count:] as rest:
                got = os.readv(reader, [rest])
            if not got:
                break
            count += got
    return count


class _Piece(NamedTuple):
    buffer: mmap
    size: int  # bytes of the buffer, which are those of the file from `position` on
    position: int


class _BackgroundWriter:
    """Writes pieces of a file in threads; what goes wrong there is raised on leaving the context.

    A buffer is free again when it was written; who asks for the next one must be done with the last.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._pieces: SimpleQueue[_Piece | None] = SimpleQueue()
        self._free: SimpleQueue[mmap] = SimpleQueue()
        self._trouble: OSError | None = None
        self._threads = [Thread(target=self._run, daemon=True) for _ in range(_WRITERS)]
        for _ in range(_WRITERS + 1):
            self._free.put(mmap(-1, _PIECE))

    def free_buffer(self) -> mmap:
        """A buffer to fill. Raises OSError when an earlier one could not be written."""
        if self._trouble is not None:
            raise self._trouble
        return self._free.get()

    def write(self, piece: _Piece) -> None:
        self._pieces.put(piece)

    def _run(self) -> None:
        while (piece := self._pieces.get()) is not None:
            try:
                if self._trouble is None:
                    _write_piece(self._handle, piece)
            except OSError as error:
                self._trouble = error
            self._free.put(piece.buffer)
        self._pieces.put(None)  # for the next thread

    def __enter__(self) -> _BackgroundWriter:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.put(None)
        for thread in self._threads:
            thread.join()
        if self._trouble is not None:
            raise self._trouble


def _write_piece(handle: int, piece: _Piece) -> None:
    whole = piece.size - piece.size % _ALIGNED
    with memoryview(piece.buffer) as data:
        written = 0
        while written < piece.size:
            # The end of a file rarely is aligned: it goes through the page cache.
            end = whole if written < whole else piece.size
            if end > whole:
                _use_page_cache(handle)
            with data[written:end] as rest:
                try:
                    written += os.pwrite(handle, rest, piece.position + written)
                except OSError as error:
                    if error.errno != errno.EINVAL or not _use_page_cache(handle):
                        raise


def _use_page_cache(handle: int) -> bool:
    """Write through it from now on; False if that was so already."""
    flags = fcntl.fcntl(handle, fcntl.F_GETFL)
    if not flags & _DIRECT:
        return False
    fcntl.fcntl(handle, fcntl.F_SETFL, flags & ~_DIRECT)
    return True
