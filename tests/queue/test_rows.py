"""What runs now stands in the table, whoever started it, with its params and the metrics it has so far."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.jobs.journal import Journal
from gitexp.experiment.jobs.run_note import RunNote
from gitexp.experiment.record import Group, Row, State, Values
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.git.owner import this_process
from gitexp.queue.board import open_board
from gitexp.queue.job import QueuedJob
from gitexp.queue.rows import with_queue
from tests.experiment.lab import Lab, make_lab

BEGAN = time.time() - 100


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


def head_of(lab: Lab) -> str:
    return lab.git("rev-parse", "HEAD")


def note_of(lab: Lab, root: Path, job: str | None = None) -> RunNote:
    attempt = Attempt("now", head_of(lab), lab.git("rev-parse", "HEAD^{tree}"), ("train.lr=0.25",), job=job)
    opened = open_job(lab.project.repo, "now", job)
    return RunNote(
        opened.id,
        attempt,
        RunRequest(),
        this_process(),
        BEGAN,
        queued=job is not None,
        root=str(root),
        metrics=("m.json",),
    )


def rows(lab: Lab, queued: bool = True) -> list[Row]:
    head = Row(head_of(lab), None, Values())
    [group] = with_queue(lab.project, [Group(head, ())], queued, failed=False)
    return list(group.rows)


def begin(lab: Lab, note: RunNote) -> None:
    Journal(lab.project.repo).begin(open_job(lab.project.repo, note.name, note.id), note)


def test_a_run_that_no_queue_started_has_a_row(lab: Lab, work: Path) -> None:
    begin(lab, note_of(lab, work))
    (work / "m.json").write_text('{"acc": 0.5}')
    [row] = rows(lab)
    assert (row.name, row.state, row.values.timestamp) == ("now", State.RUNNING, int(BEGAN))
    assert row.values.metrics["m.json"].values == {"acc": 0.5}
    params = row.values.params["params.yaml"].values
    assert isinstance(params, dict)
    assert params["train"] == {"lr": 0.25}
    assert rows(lab, queued=False) == []


def test_metrics_of_the_baseline_are_not_taken_for_its_own(lab: Lab, work: Path) -> None:
    begin(lab, note_of(lab, work))
    (work / "m.json").write_text('{"acc": 0.5}')
    os.utime(work / "m.json", (BEGAN - 1, BEGAN - 1))
    assert rows(lab)[0].values.metrics == {}
    (work / "m.json").write_text('{"acc": 0.')
    assert rows(lab)[0].values.metrics == {}


def test_a_run_whose_process_is_gone_has_none(lab: Lab, work: Path) -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    begin(lab, replace(note_of(lab, work), owner=replace(this_process(), pid=child.pid)))
    assert rows(lab) == []


def test_an_entry_of_the_queue_has_one_row_with_the_metrics_of_its_run(lab: Lab, work: Path) -> None:
    board = open_board(lab.project.repo)
    note = note_of(lab, work, job="id1")
    snapshot = head_of(lab)
    board.put(QueuedJob("id1", 1, note.attempt, snapshot, BEGAN))
    assert board.claim(this_process()) is not None
    begin(lab, note)
    (work / "m.json").write_text('{"acc": 0.5}')
    [row] = rows(lab)
    assert (row.name, row.state, row.rev) == ("now", State.RUNNING, snapshot)
    assert row.values.metrics["m.json"].values == {"acc": 0.5}
