"""`init`: the files of `dvc init`, staged; what is refused, and what -f never takes away."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.project import find_project
from gitexp.project.init import init_project
from tests.repos import make_repo, write_files


def written(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git/" not in path.as_posix()
    }


# What `dvc init` 3.67.1 lays down.
FILES = {
    ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n",
    ".dvc/config": "",
    ".dvc/tmp/btime": "",
    ".dvcignore": (
        "# Add patterns of files dvc should ignore, which could improve\n"
        "# the performance. Learn more at\n"
        "# https://dvc.org/doc/user-guide/dvcignore\n"
    ),
}


def test_it_lays_down_what_dvc_init_does_and_stages_it(work: Path) -> None:
    done = init_project(make_repo(work))
    assert written(work) == FILES
    assert done.root == work.resolve()
    assert run_git(work, "status", "--porcelain").text.split("\n") == [f"A  {path}" for path in done.staged]
    assert find_project(work).prefix == ""


def test_a_folder_below_the_top_needs_subdir(work: Path) -> None:
    folder = make_repo(work) / "a b"
    folder.mkdir()
    with pytest.raises(ExpError, match="is not the top of its Git repository"):
        init_project(folder)
    assert not (folder / ".dvc").exists()
    assert init_project(folder, subdir=True).staged[0] == "a b/.dvc/.gitignore"
    assert find_project(folder).prefix == "a b"


def test_a_second_time_is_refused_and_force_keeps_data_and_ignore_rules(work: Path) -> None:
    init_project(make_repo(work))
    mine = {
        ".dvc/config": "[core]\n    remote = x\n",
        ".dvc/cache/files/md5/ab/cd": "data",
        ".dvcignore": "*.tmp\n",
    }
    write_files(work, mine)
    with pytest.raises(ExpError, match="is a DVC project already"):
        init_project(work)
    init_project(work, force=True)
    after = written(work)
    assert after[".dvc/config"] == ""
    assert after[".dvc/cache/files/md5/ab/cd"] == "data"
    assert after[".dvcignore"] == "*.tmp\n"


def test_outside_git_and_in_an_ignored_folder_nothing_is_written(work: Path) -> None:
    with pytest.raises(ExpError, match="not inside a Git repository"):
        init_project(work)
    assert written(work) == {}
    make_repo(work, {".gitignore": ".dvc\n"})
    with pytest.raises(ExpError, match="Git ignores"):
        init_project(work)
    assert list(written(work)) == [".gitignore"]
