"""A dvc.lock that Git ignores: runs go on and record it, and it is said what is wrong."""

from __future__ import annotations

from pathlib import Path

from gitexp.build.events import Event, Warned
from gitexp.experiment.record import RunEvent, State
from gitexp.experiment.run.repro import ReproRequest, reproduce
from tests.experiment.lab import Lab, make_lab


def warnings(lab: Lab) -> list[str]:
    found = [event.event for event in lab.events if isinstance(event, RunEvent)]
    return [event.message for event in found if isinstance(event, Warned)]


def test_an_ignored_lock_is_told_once_for_a_sweep_and_recorded(work: Path) -> None:
    lab = make_lab(work / "project", __gitignore="*.lock\n")
    lab.write("dvc.lock", "schema: '2.0'\nstages: {}\n")
    results = lab.run("train.lr=0.2,0.3")
    assert warnings(lab) == ["Git ignores dvc.lock (.gitignore:1: *.lock), so runs begin without it."]
    assert [result.state for result in results] == [State.SUCCESS] * 2
    assert "A dvc.lock" in lab.changed(results[0])


def test_a_lock_that_is_not_ignored_is_no_news(work: Path) -> None:
    lab = make_lab(work / "project")
    lab.one("train.lr=0.2")
    lab.write("dvc.lock", "schema: '2.0'\nstages: {}\n")
    lab.one("train.lr=0.3", name="two")
    assert warnings(lab) == []


def test_repro_says_it_when_it_has_written_one(work: Path) -> None:
    lab = make_lab(work / "project", __gitignore="dvc.*\n!dvc.yaml\n")
    told: list[Event] = []
    reproduce(lab.project, ReproRequest(), told.append)
    (warned,) = [event for event in told if isinstance(event, Warned)]
    assert warned.message == "Git ignores dvc.lock (.gitignore:1: dvc.*): nobody else gets it."
    assert "`!dvc.lock`" in str(warned.hint)
