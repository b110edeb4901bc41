"""A folder as Files: what Git and .dvcignore hide is not there, and ignored trees are not walked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.repo import find_repo
from gitexp.pipeline.source import FolderFiles
from tests.repos import make_repo, write_files

FILES = {
    ".gitignore": "venv/\nhidden.dvc\n",
    "dvc.yaml": "",
    "b.dvc": "",
    "sub/deep/dvc.yaml": "",
    "sub/a.dvc": "",
    "sub/params.yaml": "x: 1\n",
    "sub/not.dvc.txt": "",
    "sub/.dvc/config": "",
}


def test_manifests_are_tracked_or_untracked_but_not_ignored(work: Path) -> None:
    make_repo(work, {".gitignore": FILES[".gitignore"], "dvc.yaml": ""})
    untracked = ("b.dvc", "s/x.dvc", "hidden.dvc", "venv/dvc.yaml", "own/.dvc/config", "own/dvc.yaml")
    write_files(work, dict.fromkeys(untracked, ""))
    (work / "folder.dvc").mkdir()
    assert FolderFiles(work, find_repo(work)).manifests() == ["b.dvc", "dvc.yaml", "s/x.dvc"]


def test_a_tracked_manifest_that_a_rule_ignores_is_hidden_as_dvc_hides_it(work: Path) -> None:
    make_repo(work, {"dvc.yaml": "", "x.dvc": "", "gone.dvc": ""})
    write_files(work, {".gitignore": "x.dvc\n"})
    (work / "gone.dvc").unlink()
    assert FolderFiles(work, find_repo(work)).manifests() == ["dvc.yaml"]


def test_a_root_below_the_repository_sees_only_its_own_and_relative_to_itself(work: Path) -> None:
    make_repo(work, {"dvc.yaml": "", "proj/dvc.yaml": "", "proj/s/y.dvc": ""})
    assert FolderFiles(work / "proj", find_repo(work)).manifests() == ["dvc.yaml", "s/y.dvc"]


@pytest.mark.parametrize("in_git", [True, False])
def test_dvcignore_counts_with_and_without_git(work: Path, in_git: bool) -> None:
    files = {"dvc.yaml": "", "a/b.dvc": "", "a/.dvcignore": "/b.dvc\n", "c/b.dvc": "", ".dvc/x.dvc": ""}
    write_files(work, files)
    repo = find_repo(make_repo(work)) if in_git else None
    assert FolderFiles(work, repo).manifests() == ["dvc.yaml", "c/b.dvc"]


def test_names_with_spaces_and_accents_come_back_as_they_are(work: Path) -> None:
    make_repo(work, {"é ü/dvc.yaml": "", 'q"x.dvc': ""})
    assert FolderFiles(work, find_repo(work)).manifests() == ['q"x.dvc', "é ü/dvc.yaml"]


def test_an_ignored_tree_is_not_walked(work: Path) -> None:
    make_repo(work, {".gitignore": "venv/\n", "dvc.yaml": ""})
    locked = work / "venv"
    write_files(work, {"venv/lib/x.dvc": ""})
    before = os.stat(locked / "lib").st_atime_ns
    assert FolderFiles(work, find_repo(work)).manifests() == ["dvc.yaml"]
    assert os.stat(locked / "lib").st_atime_ns == before


def test_reading_and_looking(work: Path) -> None:
    write_files(work, FILES)
    files = FolderFiles(work)
    assert files.read("sub/params.yaml") == b"x: 1\n"
    assert [files.read(path) for path in ("nope", "sub", "dvc.yaml/x", "a\0b")] == [None] * 4
    assert [files.kind(path) for path in ("", "sub", "b.dvc", "nope", "a\0b")] == [
        "dir",
        "dir",
        "file",
        None,
        None,
    ]
    assert files.listdir("sub") == [".dvc", "a.dvc", "deep", "not.dvc.txt", "params.yaml"]
    assert files.listdir("nope") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_an_error(work: Path) -> None:
    write_files(work, {"secret": "x"})
    (work / "secret").chmod(0)
    with pytest.raises(ExpError, match="secret: Permission denied"):
        FolderFiles(work).read("secret")
