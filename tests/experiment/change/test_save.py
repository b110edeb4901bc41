"""Save: the workspace as an experiment, with the workspace left byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.change.save import Saved, SaveRequest, save_experiment
from gitexp.experiment.change.undo import take_back
from gitexp.experiment.find import find_experiment
from tests.evidence import workspace
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    """A project whose stages have run in the workspace, and whose model was then edited by hand."""
    lab = make_lab(work / "project")
    lab.one("train.lr=0.2")
    apply_experiment(lab.project, "one")
    lab.git("add", "-A")
    lab.git("commit", "-q", "-m", "applied")
    lab.write("model.txt", "by hand\n")
    lab.edit("params.yaml", lambda text: text.replace("0.2", "0.5"))
    lab.write("notes.txt", "mine\n")
    return lab


def save(lab: Lab, name: str | None = "saved", **options: object) -> Saved:
    return save_experiment(lab.project, SaveRequest(name, **options))  # type: ignore[arg-type]


def test_edits_and_outs_are_in_it_and_the_workspace_is_as_it_was(lab: Lab) -> None:
    before = workspace(lab.path)
    saved = save(lab)
    assert workspace(lab.path) == before
    assert saved.left_out == ("notes.txt",)
    commit = saved.experiment.commit
    assert "lr: 0.5" in lab.git("show", f"{commit}:params.yaml")
    assert lab.git("show", f"{commit}:dvc.lock") != lab.git("show", "HEAD:dvc.lock")
    assert lab.git("log", "-1", "--format=%s", commit) == "exp saved: edited params.yaml"
    assert lab.git("rev-parse", f"{commit}^") == lab.git("rev-parse", "HEAD")


def test_its_outs_can_be_applied_elsewhere(lab: Lab) -> None:
    save(lab)
    lab.git("checkout", "-q", "--", ".")
    lab.write("model.txt", "something else\n")
    apply_experiment(lab.project, "saved")
    assert (lab.path / "model.txt").read_text() == "by hand\n"


def test_untracked_files_are_taken_when_named(lab: Lab) -> None:
    saved = save(lab, untracked=("notes.txt",))
    assert lab.git("show", f"{saved.experiment.commit}:notes.txt") == "mine"
    assert saved.left_out == ()


def test_a_path_outside_the_repository_is_refused(lab: Lab) -> None:
    (lab.path.parent / "secret").write_text("x")
    with pytest.raises(ExpError, match="not in this repository"):
        save(lab, untracked=("../secret",))


def test_a_taken_name_has_to_be_forced_and_comes_back(lab: Lab) -> None:
    first = save(lab).experiment
    with pytest.raises(ExpError, match="already"):
        save(lab)
    lab.write("model.txt", "again\n")
    assert save(lab, force=True).experiment != first
    take_back(lab.project)
    assert find_experiment(lab.project.repo, "saved") == first


def test_a_message_takes_the_place_of_the_subject(lab: Lab) -> None:
    saved = save(lab, name=None, message="my words")
    assert lab.git("log", "-1", "--format=%s", saved.experiment.commit) == "my words"
    assert saved.experiment.name in lab.git("log", "-1", "--format=%b", saved.experiment.commit)


def test_stages_that_never_ran_are_told(work: Path) -> None:
    lab = make_lab(work / "fresh")
    saved = save(lab)
    assert saved.not_made == ("prepare", "train", "evaluate")
