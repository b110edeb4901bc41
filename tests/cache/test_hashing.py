from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_dos2unix, md5_file


@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, (1 << 21) + 5])
def test_files_of_every_size_are_read_whole(work: Path, size: int) -> None:
    data = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    (work / "f").write_bytes(data)
    assert md5_file(work / "f") == hashlib.md5(data).hexdigest()


def test_line_ends_count_as_one_only_in_text_and_only_for_dvc_2(work: Path) -> None:
    unix, dos, binary = work / "unix", work / "dos", work / "bin"
    unix.write_bytes(b"a\nb\n")
    dos.write_bytes(b"a\r\nb\r\n")
    binary.write_bytes(b"\0a\r\nb\r\n")
    assert md5_dos2unix(dos) == md5_dos2unix(unix) == md5_file(unix) != md5_file(dos)
    assert md5_dos2unix(binary) == md5_file(binary)
