"""Take entries back from the engines that have them: their jobs are cancelled, their tickets void."""

from __future__ import annotations

from collections.abc import Iterable

from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.registry import Target, open_engine
from gitexp.queue.engines.tickets import Tickets


def cancel_jobs(project: Project, entries: Iterable[str], keep_tickets: bool = False) -> list[Ticket]:
    """Cancel the jobs of these entries, as far as engines have any; their tickets.

    Move the entries first: a job that starts meanwhile finds nothing to do, also where its engine can't be
    asked. `keep_tickets`: those that run have to end before the engine has nothing more to say of them.
    Raises ExpError when an engine can't be asked.
    """
    tickets = Tickets(board_folder(project.repo))
    cancelled = tickets.of(entries)
    by_target: dict[Target, list[Ticket]] = {}
    for ticket in cancelled:
        by_target.setdefault(Target(ticket.engine, ticket.address), []).append(ticket)
        if not keep_tickets:
            tickets.drop(ticket.entry)
    for target, theirs in by_target.items():
        open_engine(project, target).cancel(theirs)
    return cancelled
