"""Begin to run what is queued, on this machine or by an engine elsewhere; where, if nothing is said."""

from __future__ import annotations

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.repo import read_config
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.engines.engine import Engine, Order, Ticket
from gitexp.queue.engines.local import LocalEngine
from gitexp.queue.engines.registry import LOCAL, Target, open_engine, parse_target
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place

SETTING = "exp.queue.on"


@dataclass(frozen=True, slots=True)
class Begun:
    """What has begun. `workers`: started on this machine; `tickets`: what an engine took.

    `left`: how many entries went back into the queue, because of `error`. `remarks`: what else the
    engine has to say.
    """

    target: Target
    workers: int = 0
    tickets: tuple[Ticket, ...] = ()
    left: int = 0
    error: ExpError | None = None
    remarks: tuple[str, ...] = ()


def chosen_target(project: Project, on: str | None) -> Target:
    """Where to run: as said, else as `git config exp.queue.on` says, else here."""
    return parse_target(on or read_config(project.repo, "exp.queue").get(SETTING) or LOCAL)


def begin_queue(project: Project, target: Target, order: Order) -> Begun:
    """Start workers here, or hand all that waits to the engine, and return at once.

    When the engine refuses in the middle, what it took stays with it and the rest waits as before.
    Raises ExpError when it takes nothing at all.
    """
    engine = open_engine(project, target)
    if isinstance(engine, LocalEngine):
        return Begun(target, workers=engine.start(order))
    board, tickets = open_board(project.repo), Tickets(open_board(project.repo).folder)
    waiting = [job for _, job in board.entries(Place.QUEUED)]
    handed = {job.id: job for job in waiting if board.move(job, Place.QUEUED, Place.SUBMITTED)}
    taken: list[Ticket] = []
    error: ExpError | None = None
    try:
        if handed:
            for ticket in engine.submit(list(handed.values()), order):
                tickets.put(ticket)
                taken.append(ticket)
    except ExpError as refused:
        error = refused
    finally:
        rest = [handed[identity] for identity in handed.keys() - {ticket.entry for ticket in taken}]
        for job in rest:
            board.move(job, Place.SUBMITTED, Place.QUEUED)
    if error is not None and not taken:
        raise error
    return Begun(target, tickets=tuple(taken), left=len(rest), error=error, remarks=_remarks(engine))


def _remarks(engine: Engine) -> tuple[str, ...]:
    """What an engine has to say of a submission; most have nothing."""
    return tuple(getattr(engine, "remarks", ()))
