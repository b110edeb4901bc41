"""What failed, was interrupted or killed is kept: how it ended, what it was, what it had made by then."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.experiment.ending import Ending
from gitexp.experiment.find import resolve_rev
from gitexp.experiment.jobs.failed import FailedRun, failed_runs, remove_failed
from gitexp.experiment.jobs.joblog import Job, jobs_folder
from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.experiment.jobs.run_note import RunNote, StageNote, note_of_job, running_file
from gitexp.experiment.json_record import dump_record
from gitexp.experiment.record import State
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.table.table import TableRequest, collect_table
from gitexp.git.objects import ObjectReader
from gitexp.git.owner import this_process
from tests.experiment.lab import Lab, make_lab

FAILS = """\
stages:
  prepare: {cmd: cp data.txt prepared.txt, deps: [data.txt], outs: [prepared.txt]}
  train:
    cmd: 'echo "{\\"acc\\": 0.5}" > metrics.json; echo half way; exit 3'
    deps: [prepared.txt]
    params: [train.lr]
    metrics: [metrics.json: {cache: false}]
"""


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project", dvc__yaml=FAILS)


def kept(lab: Lab) -> list[FailedRun]:
    with ObjectReader(lab.project.repo) as reader:
        return failed_runs(lab.project.repo, reader)


def test_a_failed_run_says_stage_code_and_time(lab: Lab) -> None:
    lab.one("train.lr=0.5")
    (failed,) = kept(lab)
    assert (failed.name, failed.state) == ("one", State.FAILED)
    assert failed.trailers.overrides == ("train.lr=0.5",)
    ending = failed.ending
    assert (ending.stage, ending.exit_code, ending.message) == ("train", 3, "exited with 3")
    assert ending.why == "train: exited with 3"


def test_its_partial_metrics_and_params_are_shown(lab: Lab) -> None:
    lab.one("train.lr=0.5")
    (row,) = collect_table(lab.project, TableRequest())[1].rows
    assert (row.name, row.state, row.error) == ("one", State.FAILED, "train: exited with 3")
    assert row.values.metrics["metrics.json"].values == {"acc": 0.5}
    assert row.values.params["params.yaml"].values["train"]["lr"] == 0.5


def test_its_note_lies_beside_its_log(lab: Lab) -> None:
    result = lab.one("train.lr=0.5")
    assert result.log is not None
    note = note_of_job(lab.project.repo, result.log.parent.name)
    assert note is not None
    assert note.attempt.overrides == ("train.lr=0.5",)
    assert note.ending is not None
    assert note.ending.stage == "train"
    assert [(stage.stage, stage.status) for stage in note.stages] == [("prepare", "ran"), ("train", "failed")]
    assert not running_file(lab.project.repo, note.id).exists()


def test_its_name_is_a_revision(lab: Lab) -> None:
    lab.one()
    assert resolve_rev(lab.project.repo, "one").commit == kept(lab)[0].kept.commit


def test_what_went_well_later_is_no_failure_any_more(lab: Lab) -> None:
    lab.one()
    lab.edit("dvc.yaml", lambda text: text.replace("exit 3", "exit 0"))
    assert lab.one().state is State.SUCCESS
    assert kept(lab) == []


def test_the_tree_it_began_with_is_kept(lab: Lab) -> None:
    lab.one("train.lr=0.5")
    (ref,) = [name for name in lab.refs() if "/begun/" in name]
    assert "lr: 0.1" in lab.git("show", f"{ref}:params.yaml")


def test_failed_runs_can_be_removed(lab: Lab) -> None:
    lab.one()
    assert [one.name for one in remove_failed(lab.project.repo, ["one"])] == ["one"]
    assert [ref for ref in lab.refs() if "/failed/" in ref or "/begun/" in ref] == []


def dead_note(lab: Lab, queued: bool) -> RunNote:
    child = subprocess.Popen(["true"])
    child.wait()
    tree = lab.git("rev-parse", "HEAD^{tree}")
    attempt = Attempt("killed", lab.git("rev-parse", "HEAD"), tree, ("train.lr=0.7",))
    owner = replace(this_process(), pid=child.pid)
    stages = (StageNote("prepare", "ran", 11.0, 1.0), StageNote("train", "running", 12.0))
    return RunNote("id1", attempt, RunRequest(), owner, 10.0, queued=queued, stages=stages)


def write_note(lab: Lab, note: RunNote) -> Path:
    path = running_file(lab.project.repo, note.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump_record(note))
    return path


def test_a_killed_run_is_kept_as_interrupted_once(lab: Lab) -> None:
    path = write_note(lab, dead_note(lab, queued=False))
    assert [one.name for one in keep_lost_runs(lab.project)] == ["killed"]
    assert keep_lost_runs(lab.project) == []
    assert not path.exists()
    (failed,) = kept(lab)
    assert failed.state is State.INTERRUPTED
    assert (failed.ending.stage, failed.ending.seconds) == ("train", 2.0)
    assert "lr: 0.7" in lab.git("show", f"{failed.kept.commit}:params.yaml")
    note = note_of_job(lab.project.repo, "id1")
    assert note is not None
    assert note.ending is not None
    assert Job("id1", jobs_folder(lab.project.repo) / "id1").folder.is_dir()


def test_a_killed_entry_of_the_queue_is_left_to_the_queue(lab: Lab) -> None:
    path = write_note(lab, dead_note(lab, queued=True))
    assert keep_lost_runs(lab.project) == []
    assert not path.exists()
    assert kept(lab) == []


def test_a_living_run_is_left_alone(lab: Lab) -> None:
    path = write_note(lab, replace(dead_note(lab, queued=False), owner=this_process()))
    assert keep_lost_runs(lab.project) == []
    assert path.exists()


def test_an_ending_without_details_is_said_by_its_state() -> None:
    assert Ending("interrupted").why == "interrupted"
