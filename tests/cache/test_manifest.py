from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import pytest

from gitexp.cache.entries import Entries
from gitexp.cache.manifest import dir_hash, manifest_blocks, parse_dir, read_dir_file, serialise_dir

STRANGE = [
    "plain",
    "with space",
    'quo"te',
    "back\\slash",
    "new\nline",
    "tab\t",
    "ü/é",
    "\udcff raw",
    "a'b",
    "\x7f",
    "🙂",
]


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


def many(count: int, seed: int = 3) -> dict[str, str]:
    luck = random.Random(seed)
    found = {}
    for number in range(count):
        parts = [luck.choice(STRANGE) + str(luck.randrange(99)) for _ in range(luck.randrange(1, 4))]
        found[f"{'/'.join(parts)}-{number}"] = f"{luck.getrandbits(128):032x}"
    return found


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 5000])
def test_the_text_is_what_json_would_make_of_it_and_reads_back(work: Path, count: int) -> None:
    entries = many(count)
    text = json.dumps([{"md5": entries[path], "relpath": path} for path in sorted(entries)]).encode()
    assert b"".join(manifest_blocks(entries)) == text
    assert dir_hash(entries) == f"{hashlib.md5(text).hexdigest()}.dir"
    (work / "m.dir").write_bytes(text)
    read = read_dir_file(work / "m.dir")
    assert read == parse_dir(text) == entries and list(read) == sorted(entries)


@pytest.mark.parametrize("change", ["indent", "unsorted", "no spaces", "more keys", "raw", "newline"])
def test_json_of_any_other_form_is_read_too(change: str) -> None:
    entries = {path: md5 for path, md5 in many(600).items() if "\udcff" not in path}
    paths = sorted(entries)
    if change == "unsorted":
        random.Random(1).shuffle(paths)
    rows = [{"md5": entries[path], "relpath": path} for path in paths]
    if change == "more keys":
        rows[300] |= {"size": "3"}
    text = json.dumps(
        rows,
        indent=1 if change == "indent" else None,
        separators=(",", ":") if change == "no spaces" else None,
        ensure_ascii=change != "raw",
    )
    assert parse_dir(text.encode() + (b"\n" if change == "newline" else b"")) == entries


@pytest.mark.parametrize("md5", ["1" * 31, "1" * 33, "z" * 32, "../" + "1" * 29, ""])
def test_a_hash_that_can_not_be_one_is_refused(md5: str) -> None:
    rows = [
        {"md5": "1" * 32, "relpath": "a"},
        {"md5": md5, "relpath": "b"},
        {"md5": "2" * 32, "relpath": "c"},
    ]
    with pytest.raises(ValueError):
        parse_dir(json.dumps(rows).encode())


def test_a_path_inside_a_directory_is_found_whatever_sorts_beside_it() -> None:
    paths = ["a", "a-b/x", "a.txt", "a/x", "a/y/z", "a0", "b/c", *(f"m/{n:04}" for n in range(1000)), "z"]
    entries = Entries.of({path: f"{number:032x}" for number, path in enumerate(paths)})
    assert list(entries.within("a")) == ["a", "a/x", "a/y/z"]
    assert list(entries.within("a/y")) == ["a/y/z"] and list(entries.within("b/c")) == ["b/c"]
    assert len(entries.within("m")) == 1000 == len(entries.within("m/"))
    assert list(entries.within("nothing")) == [] and "nothing" not in entries and "" not in entries
    assert all(entries[path] == f"{number:032x}" for number, path in enumerate(paths))
