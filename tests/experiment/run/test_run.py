"""Whole runs with real commands: what the commit holds, what stays as it was, what becomes of failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.build.events import Outcome, StageOutput, Warned
from gitexp.errors import ExpError
from gitexp.experiment.kept import FAILED, REMOVED, list_kept
from gitexp.experiment.message import parse
from gitexp.experiment.record import RunEvent, State
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def test_a_run_is_one_commit_on_top_of_head(lab: Lab) -> None:
    result = lab.one("train.lr=0.2")
    assert result.state is State.SUCCESS
    assert lab.changed(result) == ["A .gitignore", "A dvc.lock", "A metrics.json", "M params.yaml"]
    assert result.experiment is not None
    assert lab.git("rev-parse", f"{result.experiment.commit}^") == lab.git("rev-parse", "HEAD")
    assert "lr: 0.2  # step" in lab.show(result, "params.yaml")
    assert lab.git("status", "--short") == ""


def test_the_message_tells_what_was_changed_and_what_came_out(lab: Lab) -> None:
    first = lab.one("train.lr=0.2", name="first")
    assert first.experiment is not None
    message = lab.git("show", "--no-patch", "--format=%B", first.experiment.commit)
    assert message.splitlines()[0] == "exp first: train.lr=0.2"
    assert parse(message).overrides == ("train.lr=0.2",)
    assert "metrics.json size" in message


def test_a_message_of_ones_own(lab: Lab) -> None:
    (result,) = lab.run(name="one", message="a first try")
    assert result.experiment is not None
    assert lab.git("show", "--no-patch", "--format=%s", result.experiment.commit) == "a first try"


def test_a_run_that_changes_nothing_still_makes_an_experiment(lab: Lab) -> None:
    lab.one(name="first")
    again = lab.one(name="second")
    assert again.state is State.SUCCESS
    assert {stage.outcome for stage in again.stages} == {Outcome.RESTORED}


def test_only_what_an_override_concerns_runs_again(lab: Lab) -> None:
    lab.one(name="first")
    outcomes = {stage.stage: stage.outcome for stage in lab.one("train.lr=0.3", name="second").stages}
    assert outcomes == {"prepare": Outcome.RESTORED, "train": Outcome.RAN, "evaluate": Outcome.RAN}


def test_uncommitted_and_untracked_files_are_part_of_the_run(lab: Lab) -> None:
    lab.write("data.txt", "other\n")
    lab.write("notes/new.txt", "x")
    result = lab.one()
    assert lab.show(result, "data.txt") == "other"
    assert lab.show(result, "notes/new.txt") == "x"


def test_a_name_in_use_is_refused_before_anything_runs(lab: Lab) -> None:
    lab.one()
    lab.events.clear()
    with pytest.raises(ExpError, match="an experiment 'one'"):
        lab.one("train.lr=0.5")
    assert lab.events == []


def test_force_runs_all_and_keeps_what_it_replaces(lab: Lab) -> None:
    first = lab.one()
    (second,) = lab.run(name="one", force=True)
    assert {stage.outcome for stage in second.stages} == {Outcome.RAN}
    assert first.experiment is not None
    assert [kept.commit for kept in list_kept(lab.project.repo, REMOVED)] == [first.experiment.commit]


def test_an_unknown_key_is_an_error_that_names_the_near_one(lab: Lab) -> None:
    with pytest.raises(ExpError) as caught:
        lab.one("train.lrr=1")
    assert "train.lr" in f"{caught.value.message} {caught.value.hint}"
    assert [ref for ref in lab.refs() if "exps" in ref] == []


def test_a_failed_stage_makes_no_experiment_but_is_kept(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "echo so far; exit 3; grep lr"))
    result = lab.one("train.lr=0.7")
    assert result.state is State.FAILED
    assert result.experiment is None
    (failed,) = [stage.failure for stage in result.stages if stage.failure]
    assert failed.exit_code == 3
    assert "so far" in failed.tail
    assert result.log is not None
    assert "so far" in result.log.read_text()
    assert not [ref for ref in lab.refs() if ref.startswith("refs/exps/")]
    (kept,) = list_kept(lab.project.repo, FAILED)
    assert kept.name == "one"
    assert "lr: 0.7" in lab.git("show", f"{kept.commit}:params.yaml")


def test_what_a_failed_run_finished_is_not_done_again(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "exit 3; grep lr"))
    lab.one()
    lab.edit("dvc.yaml", lambda text: text.replace("exit 3; grep lr", "grep lr"))
    outcomes = {stage.stage: stage.outcome for stage in lab.one().stages}
    assert outcomes["prepare"] is Outcome.RESTORED


def test_a_sweep_runs_every_combination(lab: Lab) -> None:
    results = lab.run("train.lr=0.2,0.3", "prepare.n=1,2", name="grid", jobs=2)
    assert [result.name for result in results] == ["grid-1", "grid-2", "grid-3", "grid-4"]
    assert [result.overrides for result in results][:2] == [
        ("train.lr=0.2", "prepare.n=1"),
        ("train.lr=0.2", "prepare.n=2"),
    ]
    assert {result.state for result in results} == {State.SUCCESS}


def test_one_failure_of_a_sweep_does_not_stop_the_others(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "(exit $(grep -c 0.3 params.yaml)) && grep lr"))
    results = lab.run("train.lr=0.2,0.3,0.4", name="s")
    assert [result.state for result in results] == [State.SUCCESS, State.FAILED, State.SUCCESS]


def test_stages_see_which_experiment_they_belong_to(lab: Lab) -> None:
    lab.edit(
        "dvc.yaml", lambda text: text.replace("cat data.txt data", "env | grep DVC_; pwd; cat data.txt data")
    )
    lab.one()
    lines = [
        event.event.line
        for event in lab.events
        if isinstance(event, RunEvent) and isinstance(event.event, StageOutput)
    ]
    assert "DVC_EXP_NAME=one" in lines
    assert f"DVC_EXP_BASELINE_REV={lab.git('rev-parse', 'HEAD')}" in lines
    assert f"DVC_ROOT={next(line for line in lines if line.startswith('/'))}" in lines


def test_big_untracked_files_are_left_out_with_a_warning(lab: Lab) -> None:
    lab.write("big.bin", "x" * (1024 * 1024 + 1))
    result = lab.one()
    warnings = [e.event for e in lab.events if isinstance(e, RunEvent) and isinstance(e.event, Warned)]
    assert ["big.bin" in warning.message for warning in warnings] == [True]
    assert "A big.bin" not in lab.changed(result)


def test_outs_made_before_git_ignored_them_do_not_enter_the_commit(lab: Lab) -> None:
    lab.write("prepared.txt", "made by hand\n")
    result = lab.one()
    assert result.state is State.SUCCESS
    assert "A prepared.txt" not in lab.changed(result)
    assert "/prepared.txt" in lab.show(result, ".gitignore")


def test_an_out_that_git_tracks_is_refused(lab: Lab) -> None:
    lab.write("prepared.txt", "committed\n")
    lab.git("add", "prepared.txt")
    lab.git("commit", "-qm", "a mistake")
    assert lab.one().state is State.FAILED
    assert (lab.path / "prepared.txt").read_text() == "committed\n"


def test_targets_limit_what_runs(lab: Lab) -> None:
    (result,) = lab.run(name="one", targets=("train",))
    assert [stage.stage for stage in result.stages] == ["prepare", "train"]


def test_without_a_name_two_words_are_made_up(lab: Lab) -> None:
    (result,) = lab.run()
    assert len(result.name.split("-")) == 2


def test_params_outside_the_project_are_not_written(lab: Lab) -> None:
    outside = lab.path.parent / "outside.yaml"
    outside.write_text("a: 1\n")
    (lab.path / "linked.yaml").symlink_to(outside)
    for file in ("linked.yaml", "../outside.yaml"):
        with pytest.raises(ExpError, match="not inside the project"):
            lab.one(f"{file}:a=2")
    assert outside.read_text() == "a: 1\n"


def test_when_many_refs_are_loose_the_end_of_a_run_packs_them(lab: Lab) -> None:
    lab.git("config", "exp.packRefs", "2")
    lab.one("train.lr=0.2", name="first")
    assert not (lab.path / ".git/packed-refs").exists()
    lab.run("train.lr=0.3,0.4", name="more")
    packed = (lab.path / ".git/packed-refs").read_text()
    assert all(f"/{name}\n" in packed for name in ("first", "more-1", "more-2"))
    assert lab.one("train.lr=0.5", name="later").state is State.SUCCESS
