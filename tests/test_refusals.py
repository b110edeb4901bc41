"""Where no experiment can be run: one clear line, a hint, exit code 1, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence import workspace
from tests.programs import exp, git
from tests.repos import commit_all, fixture_repo, make_repo


def refused(cwd: Path, *words: str) -> tuple[str, str]:
    """The error and the hint: all that `exp WORDS` may say."""
    done = exp(cwd, *words)
    assert done.code == 1, done
    assert done.out == ""
    error, hint, *rest = done.err.splitlines()
    assert rest == []
    assert error.startswith("error: ")
    assert hint.startswith("hint: ")
    return error, hint


def test_outside_of_any_repository(work: Path) -> None:
    error, hint = refused(work, "run")
    assert "Git repository" in error
    assert "git init" in hint


def test_in_a_bare_repository(work: Path) -> None:
    git(work, "init", "--quiet", "--bare", "bare.git")
    error, _ = refused(work / "bare.git", "run")
    assert "bare" in error


def test_in_a_repository_that_is_no_project(work: Path) -> None:
    root = make_repo(work / "repo", {"README": "hello\n"})
    _, hint = refused(root, "run")
    assert "exp init" in hint


def test_before_the_first_commit(work: Path) -> None:
    root = make_repo(work / "repo")
    (root / ".dvc").mkdir()
    (root / ".dvc" / "config").write_text("")
    (root / "dvc.yaml").write_text("stages: {s: {cmd: echo hi}}\n")
    error, hint = refused(root, "run")
    assert "no commit" in error
    assert "git commit" in hint


def test_without_an_author(work: Path) -> None:
    root = fixture_repo("diamond", work / "repo")
    git(root, "config", "user.name", "")
    git(root, "config", "user.useConfigOnly", "true")
    error, hint = refused(root, "run")
    assert "user.name" in error + hint


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick", "revert"])
def test_in_the_middle_of_something(operation: str, work: Path) -> None:
    root = fixture_repo("diamond", work / "repo")
    begin(root, operation)
    before = workspace(root)
    error, hint = refused(root, "run")
    assert operation in error
    assert f"git {operation}" in hint
    assert workspace(root) == before


def begin(root: Path, operation: str) -> None:
    """Start `operation` so that it stops at a conflict."""
    (root / "data.txt").write_text("1\n")
    commit_all(root, "one")
    git(root, "checkout", "--quiet", "-b", "side", "HEAD~1")
    (root / "data.txt").write_text("2\n")
    commit_all(root, "two")
    target = "main"
    if operation == "revert":
        (root / "data.txt").write_text("3\n")
        commit_all(root, "three")
        target = "HEAD~1"
    with pytest.raises(AssertionError):
        git(root, operation, target)
