"""A real DVC and exp take turns on one Git remote and one data remote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git, names
from tests.repos import fixture_repo


@pytest.fixture
def two(work: Path) -> tuple[Path, Path]:
    """Two clones of one project, with a Git remote `origin` and a data remote."""
    ann = fixture_repo("get-started", work / "ann")
    (ann / ".dvc/config").write_text(
        f"[core]\n    remote = store\n['remote \"store\"']\n    url = {work / 'store'}\n"
    )
    git(ann, "commit", "-qam", "data remote")
    git(work, "clone", "-q", "--bare", "ann", "hub.git")
    git(ann, "remote", "add", "origin", str(work / "hub.git"))
    git(work, "clone", "-q", "hub.git", "bob")
    return ann, work / "bob"


def test_what_exp_pushed_dvc_lists_pulls_and_applies(two: tuple[Path, Path], dvc: Dvc) -> None:
    ann, bob = two
    exp_ok(ann, "run", "-n", "ours", "-S", "train.lr=0.5")
    exp_ok(ann, "push", "origin", "--run-cache")
    assert "ours" in dvc(bob, "exp", "list", "origin").out
    dvc(bob, "exp", "pull", "origin", "ours")
    dvc(bob, "exp", "apply", "ours")
    assert dvc(bob, "status").out.strip() == "Data and pipelines are up to date."


def test_what_dvc_pushed_exp_lists_pulls_and_applies(two: tuple[Path, Path], dvc: Dvc) -> None:
    ann, bob = two
    dvc(ann, "exp", "run", "-n", "theirs", "-S", "train.lr=0.5")
    dvc(ann, "exp", "push", "origin", "theirs")
    assert exp_ok(bob, "list", "origin", "--name-only").split() == ["theirs"]
    assert "Pulled experiment theirs" in exp_ok(bob, "pull", "origin")
    exp_ok(bob, "apply", "theirs")
    assert exp_ok(bob, "status").strip().startswith("Data and pipelines are up to date")
    assert (bob / "model.txt").exists()


def test_they_take_turns_and_neither_replaces_what_the_other_pushed(two: tuple[Path, Path], dvc: Dvc) -> None:
    ann, bob = two
    exp_ok(ann, "run", "-n", "same", "-S", "train.lr=0.5")
    exp_ok(ann, "push", "origin")
    commit = git(ann, "ls-remote", "origin", "refs/exps/*").split()[0]
    dvc(bob, "exp", "run", "-n", "same", "-S", "train.lr=0.6")
    dvc(bob, "exp", "run", "-n", "bobs", "-S", "train.lr=0.7")
    dvc(bob, "exp", "push", "origin", "bobs")
    refused = exp(bob, "push", "origin")
    assert refused.code == 1
    assert "a different experiment 'same' is on Git remote 'origin'" in refused.err
    assert commit in git(ann, "ls-remote", "origin", "refs/exps/*")
    exp_ok(ann, "pull", "origin")
    assert sorted(names(ann)) == ["bobs", "same"]
    dvc(ann, "exp", "remove", "-g", "origin", "same")
    assert exp_ok(ann, "list", "origin", "--name-only").split() == ["bobs"]
    exp_ok(ann, "push", "origin", "same")
    assert sorted(dvc(bob, "exp", "list", "origin", "--name-only").out.split()) == ["bobs", "same"]
    git(ann, "fsck", "--no-dangling")
