"""The file behind the hash memo: blocks of (name, stamp, md5), one folder each, only ever appended.

A block is `magic, length, crc32, payload`, written by one write() to a file opened for appending, so
processes need no lock. A block that is torn or damaged is skipped: readers look for the next magic.
A later block of the same folder overrides names of an earlier one.

Opening a log only finds where its blocks are; a block is read when somebody asks for a file that it may
have, and few are held at a time: a log of millions of files costs what is looked up.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gitexp.atomic import write_atomic

# What is known of one file: size, mtime_ns, ctime_ns, inode, md5. Packed where there are many.
Row = tuple[int, int, int, int, bytes]

_MAGIC = b"\x93ExpMemo1"
_HEAD = struct.Struct("<II")
_COUNTS = struct.Struct("<II")
_ROW = struct.Struct("<qqqQ16s")
_ROWS_PER_BLOCK = 4096  # a damaged block costs this many hashes at most
_WINDOW = 1 << 16  # bytes read at once while looking for blocks
_START = len(_MAGIC) + _HEAD.size


class Place(NamedTuple):
    """Where in the log the payload of a block is."""

    start: int
    length: int
    checksum: int


def pack(row: Row) -> bytes:
    return _ROW.pack(*row)


def unpack(row: bytes) -> Row:
    return _ROW.unpack(row)


def encode(folder: bytes, rows: Mapping[bytes, bytes]) -> bytes:
    """The blocks that record packed `rows`, by file name, for one folder."""
    items = sorted(rows.items())
    parts = (items[start : start + _ROWS_PER_BLOCK] for start in range(0, len(items), _ROWS_PER_BLOCK))
    return b"".join(_encode_block(folder, part) for part in parts)


def _encode_block(folder: bytes, items: list[tuple[bytes, bytes]]) -> bytes:
    payload = b"".join(
        [
            _COUNTS.pack(len(folder), len(items)),
            folder,
            *(row for _, row in items),
            b"\0".join([name for name, _ in items]),
        ]
    )
    return _MAGIC + _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


class Log:
    """One opened log. It stays what it was when opened, also when it is compacted meanwhile."""

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._size = 0
        self._window = (0, b"")

    def __del__(self) -> None:
        with suppress(AttributeError):
            os.close(self._handle)

    def is_at(self, path: Path) -> bool:
        """Whether this is still the log at `path`. Raises OSError."""
        return os.path.samestat(os.fstat(self._handle), os.stat(path))

    def new_blocks(self) -> Iterator[tuple[bytes, Place]]:
        """The folders and places of blocks that were not told yet, oldest first."""
        told, self._size = self._size, os.fstat(self._handle).st_size
        yield from self._blocks(told)
        self._window = (0, b"")

    def rows(self, place: Place) -> dict[bytes, bytes]:
        """The packed rows of one block by file name; none if it is damaged."""
        payload = os.pread(self._handle, place.length, place.start)
        if len(payload) != place.length or zlib.crc32(payload) != place.checksum:
            return {}
        length, count = _COUNTS.unpack_from(payload)
        start = _COUNTS.size + length
        end = start + count * _ROW.size
        rows = [payload[at : at + _ROW.size] for at in range(start, end, _ROW.size)]
        return dict(zip(payload[end:].split(b"\0"), rows, strict=False))

    def _blocks(self, start: int) -> Iterator[tuple[bytes, Place]]:
        self._window = (0, b"")
        at = self._find_magic(start)
        while at >= 0:
            block = self._block_at(at)
            if block is None:
                at = self._find_magic(at + 1)
                continue
            yield block
            at = self._find_magic(block[1].start + block[1].length)

    def _block_at(self, at: int) -> tuple[bytes, Place] | None:
        """The block whose magic is at `at`; None if it is cut short, or is not what was written.

        What is followed by another block is taken for whole, until it is read.
        """
        head = self._read(at + len(_MAGIC), _HEAD.size + _COUNTS.size)
        if len(head) < _HEAD.size + _COUNTS.size:
            return None
        place = Place(at + _START, *_HEAD.unpack_from(head))
        after = place.start + place.length
        length, count = _COUNTS.unpack_from(head, _HEAD.size)
        if after > self._size or _COUNTS.size + length + count * _ROW.size > place.length:
            return None
        if self._read(after, len(_MAGIC)) != _MAGIC and not self._is_sound(place):
            return None
        return self._read(place.start + _COUNTS.size, length), place

    def _is_sound(self, place: Place) -> bool:
        return zlib.crc32(os.pread(self._handle, place.length, place.start)) == place.checksum

    def _find_magic(self, at: int) -> int:
        while at < self._size:
            window = self._read(at, _WINDOW)
            found = window.find(_MAGIC)
            if found >= 0:
                return at + found
            at += max(1, len(window) - len(_MAGIC) + 1)
        return -1

    def _read(self, at: int, count: int) -> bytes:
        """Bytes of the log through a window; fewer than `count` at its end."""
        start, window = self._window
        if not (start <= at and at + count <= start + len(window)):
            window = os.pread(self._handle, max(count, _WINDOW), at)
            self._window, start = (at, window), at
        return window[at - start : at - start + count]


def append(path: Path, blocks: bytes) -> int:
    """Add encoded blocks in one write; return the log's size in bytes. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    try:
        os.write(handle, blocks)
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def compact(path: Path) -> None:
    """Rewrite the log with the last word on every file that still exists.

    What another process appends between the read and the rename is lost: it is hashed once more.
    Raises OSError.
    """
    log = Log(path)
    folders: dict[bytes, list[Place]] = {}
    for folder, place in log.new_blocks():
        folders.setdefault(folder, []).append(place)
    write_atomic(path, b"".join([_kept(log, folder, places) for folder, places in folders.items()]))


def _kept(log: Log, folder: bytes, places: Iterable[Place]) -> bytes:
    rows: dict[bytes, bytes] = {}
    present = _names_in(folder)
    for place in places:
        rows.update((name, row) for name, row in log.rows(place).items() if name in present)
    return encode(folder, rows)


def _names_in(folder: bytes) -> set[bytes]:
    try:
        return set(os.listdir(folder.rpartition(b"\0")[2]))
    except OSError:
        return set()
