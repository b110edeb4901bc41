"""Remarks on experiments: written, searched, pushed along, and joined where two people wrote some."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.choose import Choice, choose_here
from gitexp.experiment.notes import read_remarks, remark
from gitexp.experiment.share.pull import pull_experiments
from gitexp.experiment.share.push import push_experiments
from tests.experiment.clones import Clone, clone_hub, make_hub

ALL = Choice(baselines=Baselines(everywhere=True))


@pytest.fixture
def ann(work: Path) -> Clone:
    return make_hub(work)


def push(clone: Clone) -> None:
    push_experiments(clone.project.repo, "origin", choose_here(clone.project, ALL))


def pull(clone: Clone) -> None:
    pull_experiments(clone.project, "origin", ALL)


def test_a_remark_is_replaced_and_removed(ann: Clone) -> None:
    one, repo = ann.add("one"), ann.project.repo
    assert read_remarks(repo) == {}
    remark(repo, one, "good")
    remark(repo, one, "better")
    assert read_remarks(repo) == {one.commit: "better\n"}
    remark(repo, one, "")
    assert read_remarks(repo) == {}


def test_remarks_of_two_people_are_joined(ann: Clone, work: Path) -> None:
    one, two = ann.add("one"), ann.add("two")
    push(ann)
    bob = clone_hub(work, "bob")
    pull(bob)
    remark(ann.project.repo, one, "ann was here")
    remark(bob.project.repo, one, "bob too")
    remark(bob.project.repo, two, "and here")
    push(ann)
    push(bob)
    pull(ann)
    assert read_remarks(ann.project.repo) == read_remarks(bob.project.repo)
    assert read_remarks(ann.project.repo) == {one.commit: "ann was here\nbob too\n", two.commit: "and here\n"}


def test_the_log_shows_and_finds_them(
    ann: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ann.add("one"), ann.add("two")
    monkeypatch.chdir(ann.path)
    assert main(["note", "one", "Look", "again"]) == 0
    assert main(["note", "one"]) == 0
    assert capsys.readouterr().out == "Look again\n"
    assert main(["log", "--oneline", "--grep", "look AGAIN"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "(one)" in line
    assert line.endswith("# Look again")
    assert main(["show"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("Experiment") and "Note" in line for line in lines)
    assert ["one" in line for line in lines if "Look again" in line] == [True]
    assert main(["show", "--where", 'Note ~ "look"', "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)[1]["experiments"]
    assert (found["name"], found["revs"][0]["data"]["meta"]) == ("one", {"note": "Look again"})
    assert main(["log", "one"]) == 0
    assert "\n\nNote:\n    Look again\n" in capsys.readouterr().out
