"""Data that is no longer tracked, that moves, that is made writable; paths by pattern."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.checkout import checkout_data
from gitexp.experiment.data.remove import move_data, remove_data, unprotect_data
from gitexp.experiment.data_paths import matching_paths
from gitexp.project import Project, find_project
from tests.experiment.lab import PIPELINE
from tests.programs import git
from tests.repos import commit_all, make_project, write_files

HARDLINKS = "[cache]\n    type = hardlink\n"


@pytest.fixture
def project(work: Path) -> Project:
    make_project(work, {**PIPELINE, ".dvc/config": HARDLINKS})
    write_files(work, {"data/a": "1", "f": "f", "data/sub/b": "2"})
    add_data(find_project(work), ["data", "f"])
    commit_all(work)
    return find_project(work)


def test_removed_data_stays_where_it_is_and_git_sees_it_again(project: Project) -> None:
    done = remove_data(project, ["data.dvc"])
    assert done.files == ("data.dvc", ".gitignore") and done.paths == ("data",)
    assert (project.root / "data/a").read_text() == "1"
    assert (project.root / ".gitignore").read_text() == "/f\n"
    assert "?? data/" in git(project.root, "status", "--short")


def test_with_outs_the_data_goes_and_the_last_line_takes_the_gitignore_with_it(project: Project) -> None:
    remove_data(project, ["data", "f"], outs=True)
    assert sorted(os.listdir(project.root)) == sorted([".dvc", ".dvcignore", ".git", *PIPELINE])


def test_what_is_not_tracked_by_itself_is_refused_with_advice(project: Project) -> None:
    for word, hint in (("data/a", "part of 'data'"), ("prepared.txt", "stage remove"), ("nosuch", "added")):
        with pytest.raises(ExpError) as caught:
            remove_data(project, ["f", word])
        assert caught.value.hint and hint in caught.value.hint
    assert (project.root / "f.dvc").exists()


def test_a_move_takes_dvc_file_and_ignore_line_along(project: Project) -> None:
    (project.root / "data.dvc").write_text("# mine\n" + (project.root / "data.dvc").read_text())
    inode = (project.root / "data/a").stat().st_ino
    done = move_data(project, "data", "raw/images")
    assert done.paths == ("raw/images",)
    assert (project.root / "raw/images/a").stat().st_ino == inode
    text = (project.root / "raw/images.dvc").read_text()
    assert text.startswith("# mine\n") and "path: images\n" in text
    assert (project.root / "raw/.gitignore").read_text() == "/images\n"
    assert (project.root / ".gitignore").read_text() == "/f\n"
    assert not checkout_data(find_project(project.root), []).changes


def test_a_move_into_a_folder_keeps_the_name(project: Project) -> None:
    (project.root / "there").mkdir()
    assert move_data(project, "f.dvc", "there").paths == ("there/f",)


def test_a_move_over_something_or_into_itself_is_refused(project: Project) -> None:
    write_files(project.root, {"taken": ""})
    for target in ("taken", "data/inner", "f/x"):
        with pytest.raises(ExpError):
            move_data(project, "data", target)
    with pytest.raises(ExpError, match="inside"):
        move_data(project, "f", "data/sub/f")
    assert (project.root / "data.dvc").exists()


def test_unprotected_files_can_be_edited_and_the_cache_stays_as_it_is(project: Project) -> None:
    assert (project.root / "data/a").stat().st_nlink == 2
    unprotect_data(project, ["data"])
    for path in ("data/a", "data/sub/b"):
        status = (project.root / path).stat()
        assert status.st_nlink == 1 and status.st_mode & 0o200
    with pytest.raises(ExpError, match="does not exist"):
        unprotect_data(project, ["f", "nosuch"])
    assert (project.root / "f").stat().st_nlink == 2


def test_patterns_name_files_but_not_those_of_dvc(project: Project) -> None:
    write_files(project.root, {"new/a.csv": "1", "new/deep/b.csv": "2", "new/c.txt": "3"})
    assert matching_paths(project, ["new/**/*.csv"]) == ["new/a.csv", "new/deep/b.csv"]
    assert matching_paths(project, ["f*", "new/*.txt"]) == ["f", "new/c.txt"]
    with pytest.raises(ExpError, match="nothing matches"):
        matching_paths(project, ["*.parquet"])
