"""Entries given to an engine: what it takes is its own from then on, the rest waits as before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.queue.board import Board
from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place, QueuedJob


@dataclass(frozen=True, slots=True)
class Given:
    """`left`: how many entries went back into the queue; `error`: why, where the engine refused them."""

    tickets: tuple[Ticket, ...]
    left: int
    error: ExpError | None


def give(
    board: Board,
    waiting: Sequence[QueuedJob],
    submit: Callable[[Sequence[QueuedJob]], Iterable[Sequence[Ticket]]],
) -> Given:
    """Move entries that wait to `submitted` and let `submit` hand those over that were still there."""
    tickets = Tickets(board.folder)
    handed = {job.id: job for job in waiting if board.move(job, Place.QUEUED, Place.SUBMITTED)}
    taken: list[Ticket] = []
    error: ExpError | None = None
    try:
        if handed:
            for lot in submit(list(handed.values())):
                tickets.put(lot)
                taken += lot
    except ExpError as refused:
        error = refused
    finally:
        rest = [handed[identity] for identity in handed.keys() - {ticket.entry for ticket in taken}]
        for job in rest:
            board.move(job, Place.SUBMITTED, Place.QUEUED)
    return Given(tuple(taken), len(rest), error)
