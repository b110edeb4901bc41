"""What an engine runs: one entry of the queue, by its id. Safe to run twice, and at two places at once.

Whoever renames the entry to running/ has it; a second one finds it taken, or done, and goes home. A job that
its engine starts again finds the entry taken by its own earlier life, and takes it over: the engine's word
that the former is gone counts more than a heartbeat. Should that one live on (a node that was cut off), it
sees within two seconds that its entry is no longer its own, and stops.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from gitexp.build.stop import Stop, stop_on_signals
from gitexp.errors import ExpError
from gitexp.experiment.ending import ending_of
from gitexp.experiment.record import RunResult, State, Watcher, unwatched
from gitexp.git.owner import Owner, is_gone, this_process
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.engine import Allocation, Interruption, Ticket
from gitexp.queue.engines.recover import look_after
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.execute import open_engine
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.worker import RunJob, Shift, carry_out


def run_task(
    project: Project,
    identity: str,
    allocation: Allocation | None = None,
    watcher: Watcher = unwatched,
    stop: Stop | None = None,
    jobs: int | None = None,
) -> RunResult | None:
    """Run the entry of this id to its end and publish the result; None when it is not there to be run.

    `jobs`: stage commands at once. `stop` is asked by signals too, and by those who kill the entry.
    """
    board, tickets = open_board(project.repo), Tickets(open_board(project.repo).folder)
    me = this_process()
    with stop_on_signals(stop) as asked, allocation.listening(asked) if allocation else nullcontext():
        job, again = _take(board, tickets.get(identity), identity, me, allocation)
        if job is None:
            return None
        # Devices are the engine's to give: what it has set for this job is what the commands see.
        with open_engine(project, jobs, gpus="") as engine:
            run = _knowing_better(engine) if again else engine
            result = carry_out(Shift(board, me, run, asked, lambda: False, watcher), job)
        _put_away(board, tickets, job, result, allocation)
    if allocation is not None and not asked.asked:
        look_after(project)
    return result


def _take(
    board: Board, ticket: Ticket | None, identity: str, me: Owner, allocation: Allocation | None
) -> tuple[QueuedJob | None, bool]:
    """The entry, ours now, and whether it was begun before; None when it is not to be had."""
    mine = board.claim_entry(identity, me)
    if mine is not None:
        return mine, ticket is not None
    found = board.locate(identity)
    if found is None or found[0] is not Place.RUNNING:
        return None, False
    job = found[1]
    same = allocation is not None and ticket is not None and ticket.handle == allocation.handle
    gone = job.owner is not None and job.owner.is_here and is_gone(job.owner, 0.0)
    return (board.take_over(job, me) if same or gone else None), True


def _knowing_better(engine: RunJob) -> RunJob:
    """The engine, looking first whether a former life of the job has published the experiment already."""

    def run(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
        return engine(replace(job, lost=max(1, job.lost)), stop, watcher)

    return run


def _put_away(
    board: Board, tickets: Tickets, job: QueuedJob, result: RunResult, allocation: Allocation | None
) -> None:
    """Put the entry where its ending belongs: back to its engine, when that is to run it again."""
    why = allocation.interruption() if allocation is not None else None
    if allocation is None or why is None or result.state is State.SUCCESS:
        over = _end(board, job, result)
    elif why is Interruption.CANCELLED:
        over = _end(board, job, result, why)
    elif board.hand_back(job):
        # Handed back first: the new job may begin before we have its ticket.
        try:
            ticket = allocation.again(job, tickets.get(job.id), why)
        except ExpError:  # nobody to ask: the queue has it again
            board.move(replace(job, owner=None), Place.SUBMITTED, Place.QUEUED)
            tickets.drop(job.id)
            return
        if ticket is not None:
            tickets.put(ticket)
            return
        over = _end(board, replace(job, owner=None), result, why, Place.SUBMITTED)
    else:
        return  # it was taken away: the ticket is somebody else's by now
    if over:
        tickets.drop(job.id)


def _end(
    board: Board,
    job: QueuedJob,
    result: RunResult,
    why: Interruption | None = None,
    source: Place = Place.RUNNING,
) -> bool:
    ending = ending_of(result)
    if why is not None:
        ending = replace(ending, message=f"stopped by {why.value}")
    place = Place.SUCCESS if result.state is State.SUCCESS else Place.FAILED
    return board.end(job, ending, place, source)
