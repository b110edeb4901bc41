"""What ran elsewhere is taken in: refs, logs, places of the queue; the remote is left clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.queue.board import open_board
from gitexp.queue.far.homecoming import come_home, drop_parcels
from gitexp.queue.far.parcel import send_parcel
from gitexp.queue.job import Place
from tests.programs import exp_ok
from tests.queue.far.ground import Far, make_far


@pytest.fixture
def far(work: Path, monkeypatch: pytest.MonkeyPatch) -> Far:
    return make_far(work, monkeypatch)


def test_experiments_and_failures_come_home_once(far: Far) -> None:
    far.lab.edit(
        "dvc.yaml", lambda text: text.replace("cmd: grep", "cmd: grep -q 0.3 params.yaml && exit 5; grep")
    )
    repo, board = far.lab.project.repo, open_board(far.lab.project.repo)
    jobs = far.queue("train.lr=0.2,0.3,0.4", name="s")
    for job in jobs:
        board.move(job, Place.QUEUED, Place.SUBMITTED)
    waybills = send_parcel(repo, "origin", jobs)
    assert come_home(repo, "origin", [job.id for job in jobs]) == set()
    for waybill in waybills[:2]:
        far.work(waybill)
    assert come_home(repo, "origin", [job.id for job in jobs]) == {jobs[0].id, jobs[1].id}
    assert come_home(repo, "origin", [job.id for job in jobs]) == set()
    places = {job.name: place for place, job in board.entries()}
    assert places == {"s-1": Place.SUCCESS, "s-2": Place.FAILED, "s-3": Place.SUBMITTED}
    assert far.refs("refs/gitexp/ended") == []
    assert exp_ok(far.lab.path, "list", "--name-only").split() == ["s-1"]
    assert "==> prepare <==" in exp_ok(far.lab.path, "logs", "s-1")
    assert "exited with 5" in exp_ok(far.lab.path, "log", "--failed", "--oneline")
    assert drop_parcels(repo, "origin", [waybills[0].ref]) == []
    assert drop_parcels(repo, "origin", []) == []  # it is young: its tickets may be on their way
