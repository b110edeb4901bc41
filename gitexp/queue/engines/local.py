"""The engine that is always there: detached worker processes on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gitexp.errors import Exit, ExpError
from gitexp.experiment.run.devices import parse_devices
from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.crew import start_workers
from gitexp.queue.engines.engine import Order, Ticket, Word
from gitexp.queue.job import QueuedJob


class LocalEngine:
    """Starts workers, who take entries from the queue themselves: no ticket is given, none is asked for."""

    name = "local"

    def __init__(self, project: Project) -> None:
        self._project = project

    def start(self, order: Order) -> int:
        """Start as many workers as may run at once; how many."""
        if order.options:
            raise ExpError(
                f"this machine knows no option '{next(iter(order.options))}'.",
                "it belongs to an engine: `--on NAME`.",
                Exit.USAGE,
            )
        parse_devices(order.gpus or "")
        devices = [] if order.gpus is None else ["--gpus", order.gpus]
        command = ["gitexp.cli", "queue", "work", *devices]
        count = order.jobs or 1
        start_workers(board_folder(self._project.repo), command, count, self._project.root)
        return count

    def submit(self, entries: Sequence[QueuedJob], order: Order) -> Iterator[Sequence[Ticket]]:
        self.start(order)
        return iter(())

    def poll(self, tickets: Sequence[Ticket]) -> Mapping[str, Word]:
        return {}

    def cancel(self, tickets: Sequence[Ticket]) -> None:
        return None

    def logs(self, ticket: Ticket) -> Path | None:
        return None


def open_local(project: Project, address: str) -> LocalEngine:
    """This machine. Raises ExpError for an address: it has none."""
    if address:
        raise ExpError("this machine has no address.", "`--on local`.", Exit.USAGE)
    return LocalEngine(project)
