"""Begin to run what is queued, on this machine or by an engine elsewhere; where, if nothing is said."""

from __future__ import annotations

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.repo import read_config
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.engines.engine import Order, Remarking, Ticket
from gitexp.queue.engines.give import give
from gitexp.queue.engines.local import LocalEngine
from gitexp.queue.engines.registry import LOCAL, Target, open_engine, parse_target
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

    @property
    def jobs(self) -> int:
        """How many jobs the engine has for what it took: fewer when a job has several entries."""
        return len({ticket.handle for ticket in self.tickets})


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
    board = open_board(project.repo)
    waiting = [job for _, job in board.entries(Place.QUEUED)]
    given = give(board, waiting, lambda jobs: engine.submit(jobs, order))
    if given.error is not None and not given.tickets:
        raise given.error
    remarks = tuple(engine.remarks) if isinstance(engine, Remarking) else ()
    return Begun(target, tickets=given.tickets, left=given.left, error=given.error, remarks=remarks)
