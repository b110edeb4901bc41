"""The file behind the hash memo: blocks of (name, stamp, md5), one folder each, only ever appended.

A block is `magic, length, crc32, payload`, written by one write() to a file opened for appending, so
processes need no lock. A block that is torn or damaged is skipped: readers look for the next magic.
A later block of the same folder overrides names of an earlier one. Reading a log only finds its blocks;
a folder is decoded when somebody asks for it.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from gitexp.atomic import write_atomic

# What is known of one file: size, mtime_ns, ctime_ns, inode, md5. A bare tuple, for there are many.
Row = tuple[int, int, int, int, bytes]

_MAGIC = b"\x93ExpMemo1"
_HEAD = struct.Struct("<II")
_COUNTS = struct.Struct("<II")
_ROW = struct.Struct("<qqqQ16s")
_ROWS_PER_BLOCK = 4096  # a damaged block costs this many hashes at most


def encode(folder: bytes, rows: Mapping[bytes, Row]) -> bytes:
    """The blocks that record `rows`, by file name, for one folder."""
    items = list(rows.items())
    parts = (items[start : start + _ROWS_PER_BLOCK] for start in range(0, len(items), _ROWS_PER_BLOCK))
    return b"".join(_encode_block(folder, part) for part in parts)


def _encode_block(folder: bytes, items: list[tuple[bytes, Row]]) -> bytes:
    payload = b"".join(
        [
            _COUNTS.pack(len(folder), len(items)),
            folder,
            *(_ROW.pack(*row) for _, row in items),
            b"\0".join(name for name, _ in items),
        ]
    )
    return _MAGIC + _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def find_blocks(log: bytes) -> dict[bytes, list[bytes]]:
    """The whole blocks of a log by folder, oldest first, not decoded."""
    found: dict[bytes, list[bytes]] = {}
    for payload in _payloads(log):
        length, _ = _COUNTS.unpack_from(payload)
        folder = payload[_COUNTS.size : _COUNTS.size + length]
        found.setdefault(folder, []).append(payload)
    return found


def _payloads(log: bytes) -> Iterator[bytes]:
    place = log.find(_MAGIC)
    while place >= 0:
        payload = _payload_at(log, place)
        after = place + 1 if payload is None else place + len(_MAGIC) + _HEAD.size + len(payload)
        if payload is not None:
            yield payload
        place = log.find(_MAGIC, after)


def _payload_at(log: bytes, place: int) -> bytes | None:
    start = place + len(_MAGIC) + _HEAD.size
    if start > len(log):
        return None
    length, checksum = _HEAD.unpack_from(log, start - _HEAD.size)
    payload = log[start : start + length]
    return payload if len(payload) == length and zlib.crc32(payload) == checksum else None


def decode(payload: bytes) -> dict[bytes, Row]:
    """The rows of one block by file name."""
    length, count = _COUNTS.unpack_from(payload)
    start = _COUNTS.size + length
    end = start + count * _ROW.size
    names = payload[end:].split(b"\0")
    return dict(zip(names, _ROW.iter_unpack(payload[start:end]), strict=False))


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
    kept = []
    for folder, payloads in find_blocks(path.read_bytes()).items():
        rows: dict[bytes, Row] = {}
        for payload in payloads:
            rows.update(decode(payload))
        present = _names_in(folder)
        kept.append(encode(folder, {name: row for name, row in rows.items() if name in present}))
    write_atomic(path, b"".join(kept))


def _names_in(folder: bytes) -> set[bytes]:
    try:
        return set(os.listdir(folder.rpartition(b"\0")[2]))
    except OSError:
        return set()
