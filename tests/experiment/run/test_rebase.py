"""Rebase: what an experiment tried, on what there is now; from the run cache where nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.build.events import Outcome
from gitexp.errors import ExpError
from gitexp.experiment.change.undo import take_back
from gitexp.experiment.find import find_experiments, list_experiments
from gitexp.experiment.notes import read_remarks, remark
from gitexp.experiment.record import RunResult
from gitexp.experiment.run.rebase import RebaseRequest, left_behind, rebase_experiments
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def commit(lab: Lab, *options: str) -> str:
    lab.git("add", "-A")
    lab.git("commit", "-q", "--allow-empty", "-m", "later", *options)
    return lab.git("rev-parse", "HEAD")


def rebase(lab: Lab, *names: str, keep: bool = False) -> RunResult:
    onto = lab.git("rev-parse", "HEAD")
    found = find_experiments(lab.project.repo, names)
    (result,) = rebase_experiments(lab.project, found, RebaseRequest(onto, keep))
    return result


def outcomes(result: RunResult) -> set[Outcome]:
    return {stage.outcome for stage in result.stages}


def baselines(lab: Lab) -> dict[str, str]:
    return {one.name: one.baseline for one in list_experiments(lab.project.repo)}


def test_nothing_runs_where_only_other_files_changed(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    lab.write("README", "new\n")
    new = commit(lab)
    result = rebase(lab, "one")
    assert outcomes(result) == {Outcome.RESTORED}
    assert baselines(lab) == {"one": new}
    assert "lr: 0.2" in lab.show(result, "params.yaml")
    assert lab.show(result, "README") == "new"


def test_it_is_made_anew_where_the_baseline_changed_what_it_depends_on(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    lab.write("data.txt", "more data\n")
    commit(lab)
    result = rebase(lab, "one")
    assert outcomes(result) == {Outcome.RAN}
    assert result.values.metrics["metrics.json"].values == {"size": 38}


def test_edited_files_go_along_and_outs_do_not(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("cat data.txt data.txt", "cat data.txt"))
    lab.one("train.lr=0.2")
    lab.git("checkout", "-q", ".")
    lab.edit("params.yaml", lambda text: text + "other: 1\n")
    commit(lab)
    result = rebase(lab, "one")
    assert "cmd: cat data.txt >" in lab.show(result, "dvc.yaml")
    assert "other: 1" in lab.show(result, "params.yaml")


def test_an_overridden_param_is_set_again_where_its_line_changed_too(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    lab.edit("params.yaml", lambda text: text.replace("lr: 0.1  # step", "lr: 0.9  # stride"))
    commit(lab)
    assert "lr: 0.2  # stride" in lab.show(rebase(lab, "one"), "params.yaml")


def test_an_edit_that_clashes_is_named_before_anything_runs(lab: Lab) -> None:
    lab.write("data.txt", "mine\n")
    lab.one(name="one")
    lab.write("data.txt", "theirs\n")
    commit(lab)
    before = baselines(lab)
    with pytest.raises(ExpError, match=r"both changed data\.txt"):
        rebase(lab, "one")
    assert baselines(lab) == before


def test_the_old_one_comes_back_by_undo_and_stays_when_kept(lab: Lab) -> None:
    lab.one("train.lr=0.2")
    before = list_experiments(lab.project.repo)
    commit(lab)
    rebase(lab, "one")
    take_back(lab.project)
    assert list_experiments(lab.project.repo) == before
    rebase(lab, "one", keep=True)
    assert len(list_experiments(lab.project.repo)) == 2


def test_remarks_and_the_users_own_words_go_along(lab: Lab) -> None:
    lab.run("train.lr=0.2", name="one", message="a better idea\n\nwith reasons")
    (old,) = list_experiments(lab.project.repo)
    remark(lab.project.repo, old, "looks good")
    commit(lab)
    new = rebase(lab, "one").experiment
    assert new is not None
    assert read_remarks(lab.project.repo)[new.commit] == "looks good\n"
    message = lab.git("log", "-1", "--format=%B", new.commit)
    assert message.startswith("a better idea\n\nwith reasons\n\nmetrics:")


def test_those_whose_baseline_was_amended_are_found(lab: Lab) -> None:
    commit(lab)
    lab.one("train.lr=0.2")
    lab.write("README", "forgotten\n")
    new = commit(lab, "--amend")
    assert [one.name for one in left_behind(lab.project, new)] == ["one"]
