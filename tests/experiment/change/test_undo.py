"""Undo: what a command took away or moved comes back; what has changed since is left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.change.change import (
    RemoveRequest,
    branch_experiment,
    remove_experiments,
    rename_experiment,
)
from gitexp.experiment.change.undo import take_back
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import REMOVED
from gitexp.experiment.operations import expire, list_operations
from gitexp.git.refs import list_refs
from tests.evidence import workspace
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    lab = make_lab(work / "project")
    lab.one("train.lr=0.2")
    return lab


def names(lab: Lab) -> list[str]:
    return [one.name for one in list_experiments(lab.project.repo)]


def remove(lab: Lab, *words: str) -> None:
    remove_experiments(lab.project.repo, RemoveRequest(words))


def test_a_removed_experiment_comes_back_and_needs_no_keeping_any_more(lab: Lab) -> None:
    before = list_experiments(lab.project.repo)
    remove(lab, "one")
    assert names(lab) == []
    assert take_back(lab.project).what == "remove one"
    assert list_experiments(lab.project.repo) == before
    assert list_refs(lab.project.repo, REMOVED) == []


def test_operations_are_taken_back_from_the_last_to_the_first(lab: Lab) -> None:
    rename_experiment(lab.project.repo, "one", "two")
    remove(lab, "two")
    assert [one.what for one in list_operations(lab.project.repo)] == ["remove two", "rename one two"]
    take_back(lab.project)
    take_back(lab.project)
    assert names(lab) == ["one"]
    with pytest.raises(ExpError, match="nothing to take back"):
        take_back(lab.project)


def test_a_removed_experiment_survives_gits_garbage_collection(lab: Lab) -> None:
    remove(lab, "one")
    lab.git("gc", "--quiet", "--prune=now")
    take_back(lab.project)
    assert lab.git("fsck", "--no-dangling", "--no-progress") == ""
    assert lab.git("show", "-s", "--format=%s", list_experiments(lab.project.repo)[0].commit)


def test_an_overwritten_experiment_comes_back_and_the_new_one_is_kept(lab: Lab) -> None:
    (old,) = list_experiments(lab.project.repo)
    lab.run("train.lr=0.3", name="one", force=True)
    (new,) = list_experiments(lab.project.repo)
    take_back(lab.project)
    assert list_experiments(lab.project.repo) == [old]
    assert [ref.oid for ref in list_refs(lab.project.repo, REMOVED)] == [new.commit]


def test_a_rename_over_another_gives_both_back(lab: Lab) -> None:
    lab.one("train.lr=0.3", name="two")
    before = list_experiments(lab.project.repo)
    rename_experiment(lab.project.repo, "one", "two", force=True)
    take_back(lab.project)
    assert list_experiments(lab.project.repo) == before


def test_a_branch_goes_unless_it_is_checked_out(lab: Lab) -> None:
    branch_experiment(lab.project.repo, "one", "feature")
    lab.git("switch", "-q", "feature")
    with pytest.raises(ExpError, match="checked out"):
        take_back(lab.project)
    lab.git("switch", "-q", "main")
    take_back(lab.project)
    assert "refs/heads/feature" not in lab.refs()


def test_a_branch_that_moved_on_stays(lab: Lab) -> None:
    branch_experiment(lab.project.repo, "one", "feature")
    lab.git("branch", "-f", "feature", "main")
    with pytest.raises(ExpError, match="has changed again"):
        take_back(lab.project)
    assert "refs/heads/feature" in lab.refs()
    assert len(list_operations(lab.project.repo)) == 1


def test_an_applied_experiment_leaves_no_trace(lab: Lab) -> None:
    lab.write("brought.py", "new\n")
    lab.one("train.lr=0.3", name="two")
    (lab.path / "brought.py").unlink()
    before = workspace(lab.path)
    apply_experiment(lab.project, "two")
    assert (lab.path / "brought.py").exists()
    assert (lab.path / "model.txt").exists()
    take_back(lab.project)
    assert workspace(lab.path) == before


def test_edits_before_an_apply_come_back(lab: Lab) -> None:
    lab.edit("params.yaml", lambda text: text.replace("0.1", "0.77"))
    before = workspace(lab.path)
    apply_experiment(lab.project, "one")
    take_back(lab.project)
    assert workspace(lab.path) == before


def test_what_was_edited_after_an_apply_is_kept(lab: Lab) -> None:
    lab.write("brought.py", "new\n")
    lab.one("train.lr=0.3", name="two")
    (lab.path / "brought.py").unlink()
    apply_experiment(lab.project, "two")
    lab.write("brought.py", "mine\n")
    take_back(lab.project)
    assert (lab.path / "brought.py").read_text() == "mine\n"


def test_after_thirty_days_nothing_is_kept(lab: Lab) -> None:
    remove(lab, "one")
    assert expire(lab.project.repo) == 0
    folder = lab.project.repo.state_dir / "undo"
    (file,) = folder.iterdir()
    old = time.strftime("%Y%m%dT%H%M%S.000000-0", time.gmtime(time.time() - 31 * 86400))
    os.rename(file, folder / f"{old}.json")
    (kept,) = list_refs(lab.project.repo, REMOVED)
    aged = f"{kept.name.rpartition('/')[0]}/{old}"
    lab.git("update-ref", aged, kept.oid)
    lab.git("update-ref", "-d", kept.name)
    lab.one("train.lr=0.4", name="three")
    rename_experiment(lab.project.repo, "three", "four")
    assert list_refs(lab.project.repo, REMOVED) == []
    assert [one.what for one in list_operations(lab.project.repo)] == ["rename three four"]


def test_a_damaged_file_hides_no_other_operation(lab: Lab) -> None:
    remove(lab, "one")
    (lab.project.repo.state_dir / "undo" / "20990101T000000.000000-0.json").write_text("{")
    assert take_back(lab.project).what == "remove one"
