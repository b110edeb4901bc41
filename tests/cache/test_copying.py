"""Copy and hash in one pass: files of any size, and what goes wrong on the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gitexp.cache.copying import copy_and_hash
from gitexp.cache.hashing import md5_bytes

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, MIB, 16 * MIB, 16 * MIB + 4096, 41 * MIB + 1])
def test_the_copy_is_what_was_hashed(work: Path, size: int) -> None:
    data = os.urandom(size)
    (work / "f").write_bytes(data)
    assert copy_and_hash(f"{work}/f", f"{work}/copy", size) == md5_bytes(data)
    assert (work / "copy").read_bytes() == data


@pytest.mark.parametrize("told", [16 * MIB, 60 * MIB])
def test_a_file_that_is_not_as_large_as_was_told(work: Path, told: int) -> None:
    data = os.urandom(33 * MIB + 77)
    (work / "f").write_bytes(data)
    assert copy_and_hash(f"{work}/f", f"{work}/copy", told) == md5_bytes(data)
    assert (work / "copy").read_bytes() == data


def test_what_writers_meet_is_raised(work: Path) -> None:
    (work / "f").write_bytes(bytes(40 * MIB))
    with pytest.raises(FileExistsError):
        copy_and_hash(f"{work}/f", f"{work}/f", 40 * MIB)
    with pytest.raises(OSError) as caught:
        copy_and_hash(f"{work}", f"{work}/copy", 40 * MIB)
    assert caught.value.errno == errno.EISDIR
