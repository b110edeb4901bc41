"""Finding the project, and the same project in a worktree."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.project import find_project, project_at
from tests.repos import make_project, make_repo, write_files


def test_the_project_is_found_from_deep_inside(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project(work, {"src/deep/a.py": ""})
    monkeypatch.chdir(work / "src/deep")
    project = find_project()
    assert (project.root, project.prefix, project.cwd) == (work, "", work / "src/deep")
    assert project.settings.cache_dir == work / ".dvc/cache"


def test_a_dvc_root_below_the_git_root_has_a_prefix(work: Path) -> None:
    make_repo(work, {"sub/proj/.dvc/config": "", "sub/proj/src/a.py": "", ".dvc/config": ""})
    project = find_project(work / "sub/proj/src")
    assert (project.root, project.prefix) == (work / "sub/proj", "sub/proj")
    assert find_project(work / "sub").root == work


def test_a_dvc_folder_outside_the_git_repository_does_not_count(work: Path) -> None:
    write_files(work, {".dvc/config": ""})
    make_repo(work / "repo", {"a": "a"})
    with pytest.raises(ExpError, match="no DVC project") as caught:
        find_project(work / "repo")
    assert "exp init" in str(caught.value.hint)


def test_outside_of_git_there_is_no_project(work: Path) -> None:
    with pytest.raises(ExpError, match="not inside a Git repository"):
        find_project(work)


def test_in_a_worktree_the_project_keeps_its_cache_and_settings(work: Path) -> None:
    make_repo(work / "main", {"proj/.dvc/config": "", "a": "a"})
    project = find_project(work / "main/proj")
    run_git(work / "main", "worktree", "add", "-q", "--detach", str(work / "tree"))
    moved = project_at(project, work / "tree/proj")
    assert (moved.root, moved.prefix, moved.settings) == (work / "tree/proj", "proj", project.settings)
    assert moved.repo.work_tree == work / "tree"
    assert moved.repo.common_dir == project.repo.common_dir
