"""One git process: its environment, its errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import FOREIGN, clean_environment, run_git
from tests.repos import make_repo


def test_input_goes_in_and_bytes_come_out(work: Path) -> None:
    make_repo(work)
    oid = run_git(work, "hash-object", "-w", "--stdin", input=b"\0\xff").text
    assert run_git(work, "cat-file", "blob", oid).out == b"\0\xff"


def test_a_failure_carries_gits_own_words(work: Path) -> None:
    with pytest.raises(ExpError, match="git rev-parse failed: not a git repository"):
        run_git(work, "-c", "core.abbrev=7", "rev-parse", "HEAD")
    assert run_git(work, "rev-parse", "HEAD", check=False).code == 128


def test_without_git_the_error_says_to_install_it(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(work))
    with pytest.raises(ExpError, match="not installed") as caught:
        run_git(work, "version")
    assert "install Git" in str(caught.value.hint)


def test_a_folder_that_is_gone_is_not_taken_for_a_missing_git(work: Path) -> None:
    with pytest.raises(ExpError, match="does not exist"):
        run_git(work / "gone", "version")


def test_what_points_at_another_repository_is_cleared_and_the_rest_kept(work: Path) -> None:
    environ = {**dict.fromkeys(FOREIGN, "x"), "GIT_CONFIG_PARAMETERS": "'a.b=c'", "HOME": "/h"}
    assert clean_environment(environ) == {"GIT_CONFIG_PARAMETERS": "'a.b=c'", "HOME": "/h"}
    local = run_git(work, "rev-parse", "--local-env-vars").text.split()
    assert set(local) - FOREIGN == {"GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"}


def test_what_a_call_sets_itself_arrives(work: Path) -> None:
    make_repo(work / "elsewhere", {"a": "a"})
    env = {"GIT_DIR": str(work / "elsewhere/.git")}
    assert run_git(work, "ls-tree", "--name-only", "HEAD", env=env).text == "a"
