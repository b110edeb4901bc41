"""What a job does for others before it goes: entries whose jobs were lost get new ones.

Nobody of ours stays on a login node to look after jobs. So those that end do it: one of them asks the engine
now and then, puts back what was lost, and submits it again on the terms that it had. Where nothing lives any
more, the next who looks puts it back, and says how to start it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from gitexp.errors import ExpError
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.reconcile import reconcile
from gitexp.queue.engines.registry import Target, open_engine
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place, QueuedJob

_EVERY = 60.0  # seconds between two looks of all jobs together
_ALONE = 5.0  # the same when nothing else runs: who looks now may be the last


class Resuming(Protocol):
    """An engine that can start jobs anew by their tickets."""

    def again(self, tickets: Sequence[Ticket]) -> Iterator[Ticket]:
        """A ticket for each that has a new job. Raises ExpError when it can't be submitted."""
        ...


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
    lost: dict[Target, list[tuple[QueuedJob, Ticket]]] = {}
    for job in joined.put_back:
        ticket = joined.tickets[job.id]
        waiting = replace(job, owner=None, lost=job.lost + 1)
        lost.setdefault(Target(ticket.engine, ticket.address), []).append((waiting, ticket))
    return [job for target, theirs in lost.items() for job in _submit(project, board, target, theirs)]


def _submit(
    project: Project, board: Board, target: Target, lost: Sequence[tuple[QueuedJob, Ticket]]
) -> Iterator[QueuedJob]:
    engine = open_engine(project, target)
    if not hasattr(engine, "again"):
        return
    handed = {job.id: job for job, _ in lost if board.move(job, Place.QUEUED, Place.SUBMITTED)}
    tickets = Tickets(board.folder)
    try:
        wanted = [ticket for _, ticket in lost if ticket.entry in handed]
        for ticket in cast("Resuming", engine).again(wanted):
            tickets.put(ticket)
            yield handed.pop(ticket.entry)
    except ExpError:
        pass  # refused: they wait in the queue
    finally:
        for job in handed.values():
            board.move(job, Place.SUBMITTED, Place.QUEUED)


def _our_turn(path: Path, every: float) -> bool:
    """Whether nobody has looked for so many seconds; then nobody else will, for as long."""
    try:
        if time.time() - path.stat().st_mtime < every:
            return False
        os.utime(path)
    except FileNotFoundError:
        path.touch()
    return True
