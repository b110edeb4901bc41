"""File systems of their own for tests: images mounted through a loop device, and which blocks files share."""

from __future__ import annotations

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_MAKE = {"btrfs": ("mkfs.btrfs", "-q"), "xfs": ("mkfs.xfs", "-q", "-m", "reflink=1")}
_MIB = {"btrfs": 120, "xfs": 320}  # about the least that each can be; the image is sparse
_FIEMAP = 0xC020660B
_SYNC, _SHARED = 0x1, 0x2000
_EXTENTS = 32


@contextmanager
def reflink_disk(kind: str, folder: Path) -> Iterator[Path]:
    """An empty btrfs or xfs; the test is skipped where it can't be had."""
    make = _MAKE[kind]
    if os.geteuid() != 0 or shutil.which(make[0]) is None:
        pytest.skip(f"no {kind}: mounting takes root, and {make[0]}")
    image, place = folder / f"{kind}.img", folder / kind
    with image.open("wb") as file:
        file.truncate(_MIB[kind] << 20)
    place.mkdir()
    for command in ((*make, image), ("mount", "-o", "loop", image, place)):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"no {kind}: {command[0]}: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)
        image.unlink()


def blocks_of(path: Path) -> list[tuple[int, int, bool]]:
    """Where the file lies on its disk: start and length of each extent in bytes, and whether it is shared."""
    request = struct.pack("=QQIIII", 0, 1 << 62, _SYNC, 0, _EXTENTS, 0)
    answer = bytearray(request + bytes(56 * _EXTENTS))
    with path.open("rb") as file:
        fcntl.ioctl(file, _FIEMAP, answer)
    (count,) = struct.unpack_from("=I", answer, 20)
    found = []
    for number in range(count):
        _, physical, length, flags = struct.unpack_from("=QQQ16xI", answer, 32 + 56 * number)
        found.append((physical, length, bool(flags & _SHARED)))
    return found


def share_blocks(one: Path, other: Path) -> bool:
    """Whether two files lie in the same place of the disk."""
    first, second = blocks_of(one), blocks_of(other)
    return bool(first) and first == second and all(shared for _, _, shared in first)
