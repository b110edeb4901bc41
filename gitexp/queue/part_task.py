"""What an engine runs with `--by-stage`: one stage, once, for all the entries of the queue that need it.

Nothing is claimed and nothing committed: the result waits in the run cache, where the job of each entry finds
it. Run twice, the second finds it there as well. When the stage fails, it has failed for all of them: their
own jobs never start, so this one says so on the board.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from gitexp.build.stop import Stop, stop_on_signals
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending, ending_of
from gitexp.experiment.record import RunResult, State, Watcher, unwatched
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.engine import Allocation, Interruption
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.execute import open_engine
from gitexp.queue.job import Place, QueuedJob

_WAITING = (Place.SUBMITTED, Place.QUEUED, Place.RUNNING)


def run_part_task(
    project: Project,
    needing: Sequence[str],
    stage: str,
    allocation: Allocation | None = None,
    watcher: Watcher = unwatched,
    stop: Stop | None = None,
    jobs: int | None = None,
) -> RunResult | None:
    """Run `stage` for the entries of the ids `needing`; None when none of them waits any more."""
    board = open_board(project.repo)
    entries = _waiting(board, needing)
    if not entries:
        return None
    identity = "stage-" + hashlib.sha256("\0".join((stage, *needing)).encode()).hexdigest()[:20]
    with stop_on_signals(stop) as asked, allocation.listening(asked) if allocation else nullcontext():
        with open_engine(project, jobs, gpus="") as engine:
            try:
                result = engine.part(entries[0], stage, identity, asked, watcher)
            except ExpError as error:
                result = _failed(entries[0], error)
        why = allocation.interruption() if allocation is not None else None
        if why in (Interruption.TIME_LIMIT, Interruption.PREEMPTED) and result.state is not State.SUCCESS:
            # The jobs that wait for this one know it by its id: it has to begin again under that.
            if allocation is not None and allocation.once_more(why):
                return result
            result = replace(result, error=f"stopped by {why.value}" if why else None)
    if result.state is not State.SUCCESS:
        _fail(board, needing, stage, result)
    return result


def _waiting(board: Board, needing: Sequence[str]) -> list[QueuedJob]:
    wanted = set(needing)
    found = {job.id: job for _, job in board.entries(*_WAITING) if job.id in wanted}
    return [found[identity] for identity in needing if identity in found]


def _failed(job: QueuedJob, error: ExpError) -> RunResult:
    text = error.message if error.hint is None else f"{error.message} ({error.hint})"
    return RunResult(job.name, State.FAILED, job.attempt.baseline, error=text)


def _fail(board: Board, needing: Sequence[str], stage: str, result: RunResult) -> None:
    """The stage has failed for all who wait for it."""
    tickets = Tickets(board.folder)
    ending = ending_of(result)
    words = result.error or ending.message or ending.state
    log = f"; its log: {result.log}" if result.log else ""
    shared = f" in the job that {len(needing)} experiments share" if len(needing) > 1 else ""
    message = f"{words}{shared}{log}"
    failed = Ending(
        "failed", stage=ending.stage or stage, exit_code=ending.exit_code, message=message, at=time.time()
    )
    wanted = set(needing)
    for _, job in board.entries(Place.SUBMITTED):
        if job.id in wanted and board.end(job, failed, Place.FAILED, Place.SUBMITTED):
            tickets.drop(job.id)
