"""What Git ignores."""

from __future__ import annotations

from pathlib import Path

from gitexp.git.ignore import is_ignored
from gitexp.git.repo import find_repo
from tests.repos import make_repo, write_files


def test_ignored_paths_are_told_from_the_rest(work: Path) -> None:
    make_repo(work, {".gitignore": "*.log\n/out/\n", "kept.txt": "k"})
    write_files(work, {"x.log": "x", "out/a b": "a", "sub/\u00e4\ny.log": "y"})
    asked = ["x.log", "kept.txt", "out/a b", "not-there.log", "sub/\u00e4\ny.log", "new"]
    assert is_ignored(find_repo(work), asked) == {"x.log", "out/a b", "not-there.log", "sub/\u00e4\ny.log"}
    assert is_ignored(find_repo(work), ["kept.txt"]) == set()
    assert is_ignored(find_repo(work), []) == set()


def test_a_tracked_file_is_never_ignored(work: Path) -> None:
    make_repo(work, {"x.log": "x"})
    write_files(work, {".gitignore": "*.log\n"})
    assert is_ignored(find_repo(work), ["x.log"]) == set()
