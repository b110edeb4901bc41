from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.hashing import md5_bytes
from gitexp.cache.manifest import dir_hash
from gitexp.cache.tree import hash_path, list_folder, walk
from gitexp.errors import ExpError


def make(top: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(text)
    return top


def names(top: Path, ignore: DvcIgnore | None = None) -> list[str]:
    return sorted(file.relpath for file in walk(top, ignore.ignored if ignore else None))


def test_a_file_has_its_md5_size_and_exec_bit(work: Path) -> None:
    (work / "f").write_text("hello\n")
    found = hash_path(work / "f")
    assert found is not None
    assert (found.value, found.size, found.isexec) == ("b1946ac92492d2347c6235b4d2611184", 6, False)
    (work / "f").chmod(0o744)
    found = hash_path(work / "f")
    assert found is not None and found.isexec


def test_a_folder_has_the_hash_of_its_manifest(work: Path) -> None:
    make(work / "d", {"a": "1", "sub/ü b": "22", "empty/.keep": ""})
    os.makedirs(work / "d" / "no files" / "at all")
    found = hash_path(work / "d")
    expected = {"a": md5_bytes(b"1"), "sub/ü b": md5_bytes(b"22"), "empty/.keep": md5_bytes(b"")}
    assert found is not None
    assert (found.value, found.size, found.nfiles) == (dir_hash(expected), 3, 3)


@pytest.mark.parametrize("absent", ["nothing", "file/below", "dangling"])
def test_nothing_there_is_none(work: Path, absent: str) -> None:
    (work / "file").write_text("x")
    (work / "dangling").symlink_to("nowhere")
    assert hash_path(work / absent) is None


def test_links_to_files_count_and_links_to_folders_are_named_but_not_followed(work: Path) -> None:
    make(work, {"d/a": "1", "elsewhere/b": "2"})
    (work / "d" / "link").symlink_to("../elsewhere/b")
    (work / "d" / "folder").symlink_to("../elsewhere")
    (work / "d" / "loop").symlink_to(".")
    listing = list_folder(work / "d")
    assert sorted(listing.entries) == ["a", "link"]
    assert sorted(listing.links) == ["folder", "loop"]


def test_a_dangling_link_in_a_folder_is_an_error_that_names_it(work: Path) -> None:
    make(work, {"d/a": "1"})
    (work / "d" / "bad").symlink_to("nowhere")
    with pytest.raises(ExpError) as caught:
        hash_path(work / "d")
    assert "d/bad" in caught.value.message and caught.value.hint


@pytest.mark.parametrize("where", ["pipe", "."])
def test_a_pipe_is_refused_and_never_opened(work: Path, where: str) -> None:
    os.mkfifo(work / "pipe")
    with pytest.raises(ExpError, match="neither a file nor a folder"):
        hash_path(work / where)


def test_version_control_and_foreign_dvc_projects_are_no_data(work: Path) -> None:
    make(work / "d", {"a": "1", ".git/HEAD": "x", "proj/.dvc/config": "", "proj/b": "2", "sub/.dvcx": "3"})
    assert names(work / "d") == ["a", "sub/.dvcx"]


def test_dvcignore_files_add_up_and_the_nearer_one_wins(work: Path) -> None:
    make(
        work,
        {
            ".dvcignore": "# comment\n*.log\n/d/skip/\n",
            "d/.dvcignore": "!keep.log\n/top.txt\n",
            "d/a.log": "",
            "d/keep.log": "",
            "d/top.txt": "",
            "d/sub/top.txt": "",
            "d/sub/a.log": "",
            "d/skip/x": "",
            "d/skip/keep.log": "",
        },
    )
    ignore = DvcIgnore(work)
    assert names(work / "d", ignore) == [".dvcignore", "keep.log", "sub/top.txt"]
    assert ignore.matches("d/skip/keep.log", is_dir=False)
    assert not ignore.matches("d/sub", is_dir=True)


def test_paths_outside_the_root_are_never_ignored(work: Path) -> None:
    make(work, {"root/.dvcignore": "*\n", "other/a": "1"})
    assert names(work / "other", DvcIgnore(work / "root")) == ["a"]
