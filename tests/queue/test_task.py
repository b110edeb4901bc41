"""`exp worker`: one entry, run once however often it is started, handed back when its engine stops it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gitexp.build.stop import Stop
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.experiment.request import RunRequest
from gitexp.git.owner import Owner
from gitexp.project import Project, find_project
from gitexp.queue.board import open_board
from gitexp.queue.engines.engine import Interruption, Ticket
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.enqueue import enqueue
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.task import run_task
from tests.repos import make_project

PIPELINE = "stages:\n  a:\n    cmd: sleep ${nap}; echo ${n} > out\n    params: [n]\n    outs: [out]\n"
ELSEWHERE = Owner("node-7", "boot", 4711, "1")


@dataclass
class FakeAllocation:
    """A job of an engine that stopped us for `why`, and takes the entry once more if `takes`."""

    handle: str = "7_0"
    why: Interruption | None = None
    takes: bool = True
    cpus: int | None = None

    def listening(self, stop: Stop) -> AbstractContextManager[None]:
        return nullcontext()

    def interruption(self) -> Interruption | None:
        return self.why

    def once_more(self, why: Interruption) -> bool:
        return self.takes

    def again(self, entry: QueuedJob, ticket: Ticket | None, why: Interruption) -> Ticket | None:
        assert ticket is not None
        return replace(ticket, handle="8_0", timeouts=ticket.timeouts + 1) if self.takes else None


@pytest.fixture
def project(work: Path) -> Project:
    files = {"params.yaml": "n: 0\nnap: 0\n", "dvc.yaml": PIPELINE, ".gitignore": "/out\n"}
    return find_project(make_project(work / "p", files))


def submitted(project: Project, handle: str = "7_0", nap: int = 0) -> QueuedJob:
    [job] = enqueue(project, RunRequest(overrides=("n=1", f"nap={nap}"), name="one")).jobs
    board = open_board(project.repo)
    board.move(job, Place.QUEUED, Place.SUBMITTED)
    Tickets(board.folder).put(Ticket(job.id, "slurm", "", handle, 0.0))
    return job


def standing(project: Project) -> list[tuple[Place, str]]:
    return [(place, job.name) for place, job in open_board(project.repo).entries()]


def test_an_entry_is_run_once_however_often_it_is_started(project: Project) -> None:
    job = submitted(project)
    result = run_task(project, job.id)
    assert result is not None
    assert result.experiment is not None
    assert run_task(project, job.id) is None
    assert standing(project) == [(Place.SUCCESS, "one")]
    assert [found.name for found in list_experiments(project.repo)] == ["one"]
    assert Tickets(open_board(project.repo).folder).entries() == set()


def test_what_another_runs_is_left_alone(project: Project) -> None:
    job = submitted(project)
    assert open_board(project.repo).claim_entry(job.id, ELSEWHERE) is not None
    assert run_task(project, job.id) is None
    assert run_task(project, job.id, FakeAllocation("9_9")) is None
    assert standing(project) == [(Place.RUNNING, "one")]


def test_a_job_that_is_started_again_takes_over_from_its_former_life(project: Project) -> None:
    job = submitted(project)
    former = open_board(project.repo).claim_entry(job.id, ELSEWHERE)
    assert former is not None
    assert run_task(project, job.id, FakeAllocation("7_0")) is not None
    assert standing(project) == [(Place.SUCCESS, "one")]
    assert not open_board(project.repo).beat(former)  # by this it knows that it is to stop


def test_what_a_former_life_published_is_not_run_again(project: Project, work: Path) -> None:
    job = submitted(project)
    assert run_task(project, job.id) is not None
    board = open_board(project.repo)
    [(_, done)] = board.entries(Place.SUCCESS)
    board.move(done, Place.SUCCESS, Place.SUBMITTED)  # it was killed before it could say so
    Tickets(board.folder).put(Ticket(job.id, "slurm", "", "7_0", 0.0))
    again = run_task(project, job.id, FakeAllocation("7_0"))
    assert again is not None
    assert again.experiment is not None
    assert standing(project) == [(Place.SUCCESS, "one")]


@pytest.mark.parametrize("why", [Interruption.TIME_LIMIT, Interruption.PREEMPTED])
def test_stopped_by_its_engine_it_waits_for_the_next_job(project: Project, why: Interruption) -> None:
    job, stop = submitted(project, nap=60), Stop()
    stop.ask()
    result = run_task(project, job.id, FakeAllocation(why=why), stop=stop)
    assert result is not None
    assert standing(project) == [(Place.SUBMITTED, "one")]
    ticket = Tickets(open_board(project.repo).folder).get(job.id)
    assert ticket is not None
    assert (ticket.handle, ticket.timeouts) == ("8_0", 1)


def test_stopped_too_often_it_has_failed_and_says_why(project: Project) -> None:
    job, stop = submitted(project, nap=60), Stop()
    stop.ask()
    run_task(project, job.id, FakeAllocation(why=Interruption.TIME_LIMIT, takes=False), stop=stop)
    [(place, entry)] = open_board(project.repo).entries()
    assert place is Place.FAILED
    assert entry.ending is not None
    assert entry.ending.message == "stopped by the time limit of its job"
    assert [kept.name for kept in list_kept(project.repo, FAILED)] == ["one"]  # what it made is kept


def test_cancelled_it_is_over(project: Project) -> None:
    job, stop = submitted(project, nap=60), Stop()
    stop.ask()
    run_task(project, job.id, FakeAllocation(why=Interruption.CANCELLED), stop=stop)
    [(place, entry)] = open_board(project.repo).entries()
    assert place is Place.FAILED
    assert entry.ending is not None
    assert entry.ending.message == "stopped by somebody who cancelled its job"
