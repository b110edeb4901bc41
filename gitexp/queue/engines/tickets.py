"""Tickets on disk: one small file for each entry that an engine has, beside the board.

    .git/gitexp/queue/tickets/<id>.json     written by rename, by whoever submitted the entry last

A ticket without an entry means nothing and is swept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.queue.engines.engine import Ticket


class Tickets:
    """The tickets of the queue in `board`."""

    def __init__(self, board: Path) -> None:
        self._folder = board / "tickets"

    def put(self, ticket: Ticket) -> None:
        write_atomic(self._path(ticket.entry), dump_record(ticket))

    def get(self, entry: str) -> Ticket | None:
        """The ticket of an entry; None when no engine has it, or its file is damaged."""
        try:
            return parse_record(Ticket, self._path(entry).read_bytes(), entry)
        except (FileNotFoundError, ExpError):
            return None

    def drop(self, entry: str) -> None:
        self._path(entry).unlink(missing_ok=True)

    def entries(self) -> set[str]:
        """The ids of the entries that have one; reads no file."""
        try:
            names = os.listdir(self._folder)
        except FileNotFoundError:
            return set()
        return {name.removesuffix(".json") for name in names if name.endswith(".json") and name[0] != "."}

    def of(self, entries: Iterable[str]) -> list[Ticket]:
        """The tickets of these entries, as far as they have any."""
        found = (self.get(entry) for entry in entries)
        return [ticket for ticket in found if ticket is not None]

    def _path(self, entry: str) -> Path:
        return self._folder / f"{entry}.json"
