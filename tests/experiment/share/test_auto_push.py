"""Experiments that are pushed as soon as they are made; a push that fails never fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.build.events import Warned
from gitexp.experiment.record import RunEvent, State
from gitexp.experiment.share.shared import read_remote
from tests.experiment.lab import Lab, make_lab
from tests.programs import git


@pytest.fixture
def lab(work: Path) -> Lab:
    lab = make_lab(work / "project")
    lab.write(
        ".dvc/config", f"[core]\n    remote = store\n['remote \"store\"']\n    url = {work / 'store'}\n"
    )
    git(work, "init", "-q", "--bare", "hub.git")
    lab.git("remote", "add", "origin", str(work / "hub.git"))
    return lab


def warnings(lab: Lab) -> list[Warned]:
    told = [one.event for one in lab.events if isinstance(one, RunEvent)]
    return [event for event in told if isinstance(event, Warned)]


def pushed(lab: Lab) -> list[str]:
    return [one.name for one in read_remote(lab.project.repo, "origin").experiments.values()]


def test_nothing_is_pushed_unasked(lab: Lab) -> None:
    lab.one()
    assert pushed(lab) == []


@pytest.mark.parametrize("how", ["git", "dvc", "environment"])
def test_git_dvc_and_the_environment_ask_for_it(
    how: str, lab: Lab, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "git":
        lab.git("config", "exp.autoPush", "true")
    elif how == "dvc":
        lab.write(".dvc/config.local", "[exp]\n    auto_push = true\n")
    else:
        monkeypatch.setenv("DVC_EXP_AUTO_PUSH", "true")
    lab.run("train.lr=0.2,0.3", name="grid")
    assert pushed(lab) == ["grid-1", "grid-2"]
    assert warnings(lab) == []
    stored = {path.relative_to(work / "store").parts[0] for path in (work / "store").rglob("*")}
    assert stored == {"files", "runs"}


def test_a_remote_that_is_not_there_is_a_warning_with_the_command_to_repeat(lab: Lab) -> None:
    lab.git("config", "exp.autoPush", "true")
    lab.git("config", "exp.gitRemote", "elsewhere")
    assert lab.one(name="one").state is State.SUCCESS
    (warning,) = warnings(lab)
    assert "not pushed to 'elsewhere'" in warning.message
    assert warning.hint == "`exp push elsewhere one` does it."


def test_credentials_are_not_pushed_by_themselves(lab: Lab) -> None:
    lab.git("config", "exp.autoPush", "true")
    lab.write("key.pem", "secret\n")
    lab.one(name="one")
    (warning,) = warnings(lab)
    assert warning.message == "not pushed: key.pem looks like credentials"
    assert pushed(lab) == []
