"""`exp worker`: one entry, run once however often it is started, handed back when its engine stops it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from gitexp.build.stop import Stop
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.experiment.record import State
from gitexp.experiment.request import RunRequest
from gitexp.git.owner import Owner
from gitexp.project import Project, find_project
from gitexp.queue.board import open_board
from gitexp.queue.engines.engine import Interruption, Ticket
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.enqueue import enqueue
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.task import Pace, run_task, run_tasks
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
    has_begun: bool = False

    def listening(self, stop: Stop) -> AbstractContextManager[None]:
        return nullcontext()

    def interruption(self) -> Interruption | None:
        return self.why

    def once_more(self, why: Interruption) -> bool:
        return self.takes

    def is_ours(self, ticket: Ticket) -> bool:
        return ticket.handle == self.handle

    def begin(self) -> None:
        self.has_begun = True

    def again(
        self, begun: Sequence[Ticket], waiting: Sequence[Ticket], why: Interruption
    ) -> Sequence[Ticket]:
        ran = [replace(ticket, handle="8_0", timeouts=ticket.timeouts + 1) for ticket in begun]
        return [*(ran if self.takes else []), *(replace(ticket, handle="8_0") for ticket in waiting)]


@pytest.fixture
def project(work: Path) -> Project:
    files = {"params.yaml": "n: 0\nnap: 0\n", "dvc.yaml": PIPELINE, ".gitignore": "/out\n"}
    return find_project(make_project(work / "p", files))


def submitted(project: Project, handle: str = "7_0", nap: int = 0) -> QueuedJob:
    [job] = enqueue(project, RunRequest(overrides=("n=1", f"nap={nap}"), name="one")).jobs
    board = open_board(project.repo)
    board.move(job, Place.QUEUED, Place.SUBMITTED)
    Tickets(board.folder).put([Ticket(job.id, "slurm", "", handle, 0.0)])
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
    Tickets(board.folder).put([Ticket(job.id, "slurm", "", "7_0", 0.0)])
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


def several(project: Project, handles: list[str], nap: int = 0) -> list[QueuedJob]:
    """Entries `one-1`, … that were submitted, each with the handle of its job."""
    numbers = ",".join(str(number) for number in range(len(handles)))
    jobs = enqueue(project, RunRequest(overrides=(f"n={numbers}", f"nap={nap}"), name="one")).jobs
    board = open_board(project.repo)
    for job, handle in zip(jobs, handles, strict=True):
        board.move(job, Place.QUEUED, Place.SUBMITTED)
        Tickets(board.folder).put([Ticket(job.id, "slurm", "", handle, 0.0)])
    return list(jobs)


def test_a_job_of_several_runs_what_still_waits_for_it(project: Project) -> None:
    """One was taken back into the queue, one went to another job: the rest is run, in order, each told of."""
    first, back, elsewhere, last = several(project, ["7_0", "7_0", "9_0", "7_0"])
    board = open_board(project.repo)
    board.move(back, Place.SUBMITTED, Place.QUEUED)
    told = []
    results = run_tasks(
        project,
        [first.id, back.id, elsewhere.id, last.id],
        FakeAllocation("7_0"),
        told=lambda entry, result: told.append((entry, result is not None)),
    )
    assert told == [(first.id, True), (back.id, False), (elsewhere.id, False), (last.id, True)]
    assert [entry for entry, result in results.items() if result] == [first.id, last.id]
    assert {job.id: place for place, job in board.entries()} == {
        **{first.id: Place.SUCCESS, last.id: Place.SUCCESS},
        **{back.id: Place.QUEUED, elsewhere.id: Place.SUBMITTED},
    }


@pytest.mark.parametrize("takes", [True, False])
def test_stopped_in_the_middle_of_several_the_rest_goes_to_the_next_job(
    project: Project, takes: bool
) -> None:
    """What ran counts, and has failed when it did so too often; what waited goes on in any case."""
    ran, waited, gone = several(project, ["7_0", "7_0", "9_0"], nap=60)
    board, stop = open_board(project.repo), Stop()
    stop.ask()
    allocation = FakeAllocation(why=Interruption.TIME_LIMIT, takes=takes)
    run_tasks(project, [ran.id, waited.id, gone.id], allocation, stop=stop)
    assert allocation.has_begun
    assert {job.id: place for place, job in board.entries()} == {
        **{ran.id: Place.SUBMITTED if takes else Place.FAILED},
        **{waited.id: Place.SUBMITTED, gone.id: Place.SUBMITTED},
    }
    tickets = {ticket.entry: ticket for ticket in Tickets(board.folder).of([ran.id, waited.id, gone.id])}
    assert tickets[waited.id].handle == "8_0"
    assert tickets[gone.id].handle == "9_0"
    assert (ran.id in tickets) is takes


def test_some_beside_each_other(project: Project) -> None:
    jobs = several(project, ["7_0"] * 3, nap=0)
    results = run_tasks(project, [job.id for job in jobs], FakeAllocation("7_0"), pace=Pace(2, 2))
    assert {result.state for result in results.values() if result} == {State.SUCCESS}
    assert sorted(found.name for found in list_experiments(project.repo)) == ["one-1", "one-2", "one-3"]
