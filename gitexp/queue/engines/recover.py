"""What a job does for others before it goes: entries whose jobs were lost get new ones.

Nobody of ours stays on a login node to look after jobs. So those that end do it: one of them asks the engine
now and then, puts back what was lost, and submits it again on the terms that it had. Where nothing lives any
more, the next who looks puts it back, and says how to start it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.engine import Resuming, Ticket
from gitexp.queue.engines.give import give
from gitexp.queue.engines.reconcile import reconcile
from gitexp.queue.engines.registry import Target, open_engine
from gitexp.queue.job import Place, QueuedJob

_EVERY = 60.0  # seconds between two looks of all jobs together
_ALONE = 5.0  # the same when nothing else runs: who looks now may be the last


def look_after(project: Project) -> list[QueuedJob]:
    """See whether jobs were lost and submit them again, unless somebody did so lately; those submitted."""
    board = open_board(project.repo)
    if not board.names(Place.SUBMITTED) and not board.names(Place.RUNNING):
        return []
    every = _EVERY if board.names(Place.RUNNING) else _ALONE
    if not _our_turn(board.folder / "looked", every):
        return []
    try:
        joined = reconcile(project)
    except ExpError:
        return []  # this is a courtesy: the next one may do it
    lost: dict[Target, list[QueuedJob]] = {}
    for job in joined.put_back:
        ticket = joined.tickets[job.id]
        lost.setdefault(Target(ticket.engine, ticket.address), []).append(job)
    again: list[QueuedJob] = []
    for target, theirs in lost.items():
        engine = open_engine(project, target)
        if isinstance(engine, Resuming):
            again += _submit(board, theirs, joined.tickets, engine)
    return again


def _submit(
    board: Board, lost: Sequence[QueuedJob], tickets: Mapping[str, Ticket], engine: Resuming
) -> list[QueuedJob]:
    """Those that it took; what it refuses waits in the queue."""
    given = give(board, lost, lambda jobs: engine.again([tickets[job.id] for job in jobs]))
    taken = {ticket.entry for ticket in given.tickets}
    return [job for job in lost if job.id in taken]


def _our_turn(path: Path, every: float) -> bool:
    """Whether nobody has looked for so many seconds; then nobody else will, for as long."""
    try:
        if time.time() - path.stat().st_mtime < every:
            return False
        os.utime(path)
    except FileNotFoundError:
        path.touch()
    return True
