from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gitexp.cache.hashing import dir_hash, md5_dos2unix, md5_file, parse_dir, serialise_dir


def test_a_manifest_is_sorted_by_whole_path_and_ascii_escaped() -> None:
    entries = {"a/x": "3" * 32, "a.txt": "2" * 32, "a-b/x": "1" * 32, "é ü": "4" * 32}
    assert serialise_dir(entries) == (
        b'[{"md5": "11111111111111111111111111111111", "relpath": "a-b/x"}, '
        b'{"md5": "22222222222222222222222222222222", "relpath": "a.txt"}, '
        b'{"md5": "33333333333333333333333333333333", "relpath": "a/x"}, '
        b'{"md5": "44444444444444444444444444444444", "relpath": "\\u00e9 \\u00fc"}]'
    )


def test_the_hash_of_a_directory_is_the_one_dvc_gives() -> None:
    entries = {
        "sub/é.txt": "30df7f629fcf6b940bcaef5faf2490bb",
        "b.bin": "9d5ed678fe57bcca610140957afab571",
        "a.bin": "7fc56270e7a70fa81a5935b72eacbe29",
    }
    assert dir_hash(entries) == "732394cdc1931773e71f92895d089150.dir"
    assert dir_hash({}) == "d751713988987e9331980363e24189ce.dir"


def test_a_manifest_reads_back() -> None:
    entries = {"b": "1" * 32, "ü/a": "2" * 32}
    assert parse_dir(serialise_dir(entries)) == entries


@pytest.mark.parametrize("text", [b"", b"{}x", b"[1]", b'[{"md5": "x"}]', b'{"a": 1}'])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        parse_dir(text)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "", "a//b", "./a"])
def test_a_manifest_can_not_reach_out_of_its_directory(path: str) -> None:
    with pytest.raises(ValueError):
        parse_dir(serialise_dir({path: "1" * 32}))


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
