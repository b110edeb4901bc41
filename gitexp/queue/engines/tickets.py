"""Tickets on disk, beside the board: what was submitted together is one file, what was alone as well.

    .git/gitexp/queue/tickets/<id>.json             the ticket of one entry; it goes before any lot
                              lots/<lot>/tickets    those of many, see `lot`; never changed
                                         <id>       an empty file: the ticket of this entry is void

Everything is written by rename, by whoever submitted the entries last. A thousand tickets of an array are one
write and one read, and when the login node dies behind the submission, all are there or none. A lot goes when
all in it are void. A ticket without an entry means nothing and is swept.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.queue.engines.engine import Ticket
from gitexp.queue.engines.lot import dump_lot, parse_lot

_NAME = "tickets"
_LEFT = 3600.0  # seconds after which a lot without its file is no longer being made


class Tickets:
    """The tickets of the queue in `board`."""

    def __init__(self, board: Path) -> None:
        self._folder = board / "tickets"
        self._lots = self._folder / "lots"
        self._read: dict[str, Mapping[str, Ticket]] = {}  # by lot; none of them ever changes

    def put(self, tickets: Sequence[Ticket]) -> None:
        """Write tickets, all or none of them; those that their entries had before are void."""
        if len(tickets) == 1:
            write_atomic(self._path(tickets[0].entry), dump_record(tickets[0]))
        elif tickets:
            former, alone = list(self._lots_now()), self._alone()
            name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
            write_atomic(self._lots / name / _NAME, dump_lot(tickets))
            for ticket in tickets:
                self._make_void(ticket.entry, former)
                if ticket.entry in alone:
                    self._path(ticket.entry).unlink(missing_ok=True)

    def get(self, entry: str) -> Ticket | None:
        """The ticket of an entry; None when no engine has it, or its file is damaged."""
        try:
            return self._parse(entry)
        except FileNotFoundError:
            pass
        for name, lot in self._lots_now():
            if entry in lot and entry not in self._void(name):
                return lot[entry]
        return None

    def drop(self, entry: str) -> None:
        """The entry has no ticket any more."""
        self._make_void(entry, self._lots_now())
        self._path(entry).unlink(missing_ok=True)

    def entries(self) -> set[str]:
        """The ids of the entries that have one."""
        found = self._alone()
        for name, lot in self._lots_now():
            found |= lot.keys() - self._void(name)
        return found

    def of(self, entries: Iterable[str]) -> list[Ticket]:
        """The tickets of these entries, as far as they have any; lots are read once."""
        alone, lots = self._alone(), [(lot, self._void(name)) for name, lot in self._lots_now()]
        return [ticket for entry in entries if (ticket := self._find(entry, alone, lots)) is not None]

    def sweep(self) -> None:
        """Remove lots in which all are void, and what killed processes left of others."""
        for name, lot in list(self._lots_now()):
            if lot.keys() <= self._void(name):
                self._remove(name)
        for name in _names(self._lots):
            with suppress(OSError):
                folder = self._lots / name
                if not (folder / _NAME).exists() and time.time() - folder.stat().st_mtime > _LEFT:
                    self._remove(name)

    def _remove(self, lot: str) -> None:
        folder = self._lots / lot
        (folder / _NAME).unlink(missing_ok=True)  # first: half a lot is none
        for name in _names(folder):
            (folder / name).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()
        self._read.pop(lot, None)

    def _find(
        self, entry: str, alone: set[str], lots: Sequence[tuple[Mapping[str, Ticket], set[str]]]
    ) -> Ticket | None:
        if entry in alone:
            with suppress(FileNotFoundError):
                return self._parse(entry)
        return next((lot[entry] for lot, void in lots if entry in lot and entry not in void), None)

    def _parse(self, entry: str) -> Ticket | None:
        """The ticket that an entry has alone; None when it is damaged."""
        try:
            return parse_record(Ticket, self._path(entry).read_bytes(), entry)
        except ExpError:
            return None

    def _alone(self) -> set[str]:
        """The entries that have a file of their own."""
        return {
            name.removesuffix(".json")
            for name in _names(self._folder)
            if name.endswith(".json") and name[0] != "."
        }

    def _lots_now(self) -> Iterator[tuple[str, Mapping[str, Ticket]]]:
        """All lots, the newest first."""
        for name in sorted(_names(self._lots), reverse=True):
            if name not in self._read:
                try:
                    self._read[name] = parse_lot((self._lots / name / _NAME).read_bytes())
                except FileNotFoundError:
                    continue  # it is just made, or just goes
            yield name, self._read[name]

    def _void(self, lot: str) -> set[str]:
        # Listed, not looked up one by one: so an NFS client asks the server.
        return {name for name in _names(self._lots / lot) if name != _NAME and name[0] != "."}

    def _make_void(self, entry: str, lots: Iterable[tuple[str, Mapping[str, Ticket]]]) -> None:
        for name, lot in lots:
            if entry in lot:
                with suppress(FileNotFoundError):  # the lot is gone
                    os.close(os.open(self._lots / name / entry, os.O_CREAT | os.O_CLOEXEC, 0o666))

    def _path(self, entry: str) -> Path:
        return self._folder / f"{entry}.json"


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
