"""A commit read like a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo, find_repo
from gitexp.git.tree_files import TreeFiles
from tests.repos import commit_all, make_repo, write_files

FILES = {
    ".dvc/config": "",
    "dvc.yaml": "root",
    "data.csv.dvc": "d",
    "params.yaml": "p",
    "sub/dvc.yaml": "s",
    "sub/deep/x.dvc": "x",
    "sub/code.py": "c",
    "other/.dvc/config": "",
    "other/dvc.yaml": "another project",
}


@pytest.fixture
def repo(work: Path) -> Repo:
    make_repo(work, FILES)
    (work / "link.yaml").symlink_to("sub/dvc.yaml")
    (work / "sub/up").symlink_to("../params.yaml")
    (work / "linked").symlink_to("sub/deep")
    (work / "out").symlink_to("/etc")
    (work / "loop").symlink_to("loop")
    commit_all(work)
    return find_repo(work)


@pytest.fixture
def reader(repo: Repo) -> Iterator[ObjectReader]:
    with ObjectReader(repo) as reader:
        yield reader


def test_files_folders_and_what_is_missing(reader: ObjectReader) -> None:
    files = TreeFiles(reader, "HEAD")
    assert files.read("dvc.yaml") == b"root"
    assert files.read("sub/deep/x.dvc") == b"x"
    assert (files.read("none"), files.read("sub"), files.read("dvc.yaml/none")) == (None, None, None)
    assert [files.kind(path) for path in ("", "sub", "sub/", "dvc.yaml", "none")] == [
        "dir",
        "dir",
        "dir",
        "file",
        None,
    ]
    assert files.listdir("sub") == ["code.py", "deep", "dvc.yaml", "up"]
    assert files.listdir("dvc.yaml") == files.listdir("none") == []
    assert "params.yaml" in files.listdir("")


def test_the_commit_is_read_and_not_the_workspace(repo: Repo, reader: ObjectReader) -> None:
    write_files(repo.work_tree, {"dvc.yaml": "changed", "new": "n"})
    files = TreeFiles(reader, "HEAD")
    assert files.read("dvc.yaml") == b"root"
    assert files.kind("new") is None


def test_links_are_followed_inside_the_commit_only(reader: ObjectReader) -> None:
    files = TreeFiles(reader, "HEAD")
    assert files.read("link.yaml") == b"s"
    assert files.read("sub/up") == b"p"
    assert files.read("linked/x.dvc") == b"x"
    assert (files.kind("linked"), files.listdir("linked")) == ("dir", ["x.dvc"])
    assert (files.kind("out"), files.read("out/passwd"), files.read("loop")) == (None, None, None)


def test_a_dvc_root_below_the_git_root(reader: ObjectReader) -> None:
    files = TreeFiles(reader, "HEAD", "sub")
    assert files.read("dvc.yaml") == b"s"
    assert files.read("../params.yaml") == b"p"
    assert files.listdir("") == ["code.py", "deep", "dvc.yaml", "up"]
    assert files.manifests() == ["dvc.yaml", "deep/x.dvc"]


def test_a_dvc_root_that_the_commit_does_not_have_is_empty(reader: ObjectReader) -> None:
    files = TreeFiles(reader, "HEAD", "none")
    assert (files.listdir(""), files.manifests(), files.read("dvc.yaml")) == ([], [], None)


def test_manifests_are_found_except_those_of_another_project(reader: ObjectReader) -> None:
    assert TreeFiles(reader, "HEAD").manifests() == [
        "data.csv.dvc",
        "dvc.yaml",
        "sub/dvc.yaml",
        "sub/deep/x.dvc",
    ]


def test_the_caller_may_sort_manifests_out_by_dvcignore(repo: Repo) -> None:
    write_files(repo.work_tree, {".dvcignore": "sub\n"})
    commit_all(repo.work_tree)

    def visible(files: TreeFiles, found: list[str], ignore_files: list[str]) -> list[str]:
        assert ignore_files == [".dvcignore"]
        return [
            path for path in found if not path.startswith((files.read(".dvcignore") or b"").decode().strip())
        ]

    with ObjectReader(repo) as reader:
        assert TreeFiles(reader, "HEAD", visible=visible).manifests() == ["data.csv.dvc", "dvc.yaml"]
