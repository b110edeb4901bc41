"""The builders of test repositories make what they say."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.repos import commit_all, make_project, make_repo, write_files


def git(path: Path, *args: str) -> str:
    return subprocess.run(["git", *args], cwd=path, check=True, capture_output=True, text=True).stdout


def test_a_made_repo_is_clean_and_on_main(work: Path) -> None:
    make_repo(work, {"a.txt": "a\n", "sub/b.txt": "b\n"})
    assert git(work, "status", "--porcelain", "--branch") == "## main\n"
    assert git(work, "ls-files") == "a.txt\nsub/b.txt\n"


def test_commit_all_takes_deletions_and_leaves_ignored_files(work: Path) -> None:
    make_repo(work, {"a.txt": "a\n", "b.txt": "b\n"})
    (work / "a.txt").unlink()
    write_files(work, {".gitignore": "*.log\n", "x.log": "x"})
    commit = commit_all(work, "second")
    assert git(work, "rev-parse", "HEAD").strip() == commit
    assert git(work, "ls-files") == ".gitignore\nb.txt\n"


def test_a_made_project_ignores_the_cache(work: Path) -> None:
    make_project(work, {"dvc.yaml": "stages: {}\n"})
    write_files(work, {".dvc/cache/files/md5/00/11": "x", ".dvc/tmp/lock": "1"})
    assert git(work, "status", "--porcelain") == ""
