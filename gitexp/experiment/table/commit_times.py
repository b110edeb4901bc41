"""When commits were made, 28 bytes each: the newest of 100,000 experiments are known without reading them.

The file is a sequence of blocks, one for each time that some were added:

    "ETM1", bytes of an object id, how many, CRC-32 of what follows; the ids, the seconds since the epoch

It is a pure cache. What comes after damage is as if it were not there, and the file is then written anew;
so it is when it has become many small blocks.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.git.repo import Repo

MOST_BLOCKS = 100
_HEAD = struct.Struct(">4sBII")
_MAGIC = b"ETM1"

ReadTimes = Callable[[Sequence[str]], Mapping[str, int]]


def commit_times(repo: Repo, commits: Collection[str], read: ReadTimes) -> dict[str, int]:
    """Commit id -> seconds since the epoch. `read` is asked for those that are not remembered; a commit that
    it does not know has no time.
    """
    path = repo.state_dir / "cache" / "times-1"
    known, blocks, whole = _read(path)
    unknown = [oid for oid in commits if oid not in known]
    new = read(unknown) if unknown else {}
    if new:
        known.update(new)
        if whole and blocks < MOST_BLOCKS:
            _append(path, new)
        else:
            _write_anew(path, known)
    return {oid: known[oid] for oid in commits if oid in known}


def _read(path: Path) -> tuple[dict[str, int], int, bool]:
    """What the blocks say up to the first that is damaged, how many they are, and whether none is."""
    known: dict[str, int] = {}
    blocks = at = 0
    try:
        data = path.read_bytes()
    except OSError:
        data = b""
    while at + _HEAD.size <= len(data):
        magic, wide, count, checksum = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + count * (wide + 8)]
        if magic != _MAGIC or len(body) != count * (wide + 8) or zlib.crc32(body) != checksum:
            break
        oids, times = body[: count * wide].hex(), struct.unpack_from(f">{count}q", body, count * wide)
        step = 2 * wide
        known.update((oids[i * step : (i + 1) * step], when) for i, when in enumerate(times))
        blocks += 1
        at += _HEAD.size + len(body)
    return known, blocks, at == len(data)


def _block(times: Mapping[str, int]) -> bytes:
    oids = bytes.fromhex("".join(times))
    body = oids + struct.pack(f">{len(times)}q", *times.values())
    return _HEAD.pack(_MAGIC, len(oids) // len(times), len(times), zlib.crc32(body)) + body


def _append(path: Path, times: Mapping[str, int]) -> None:
    """A full or read-only disk costs speed, nothing else."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        with os.fdopen(handle, "ab", buffering=0) as file:
            file.write(_block(times))


def _write_anew(path: Path, times: Mapping[str, int]) -> None:
    with suppress(OSError):
        write_atomic(path, _block(times))
