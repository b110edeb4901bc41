"""Many tickets as one short text: column by column, what they have in common written once.

    {"entry": ["a3f2-", ["0", "1"]], "handle": ["4711_", ["0", "1"]], "engine": "slurm", …}

A field that is the same in all tickets stands as itself; else as what all values begin with, and the rest of
each. A thousand tickets of an array are some 20 kB, which every job that begins has to read.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Iterator, KeysView, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, cast

from gitexp.queue.engines.engine import Ticket


def dump_lot(tickets: Sequence[Ticket]) -> bytes:
    """The tickets as a line of JSON; `parse_lot` reads it."""
    columns = {field.name: [getattr(ticket, field.name) for ticket in tickets] for field in fields(Ticket)}
    data = {name: _dump_column(values) for name, values in columns.items()}
    return json.dumps(data, separators=(",", ":")).encode()


class Lot(Mapping[str, Ticket]):
    """The tickets of a text by entry, each made when it is asked for: a job wants to know its own."""

    def __init__(self, columns: Mapping[str, Sequence[Any]], entries: Sequence[str]) -> None:
        self._columns = columns
        self._rows = {entry: row for row, entry in enumerate(entries)}

    def __getitem__(self, entry: str) -> Ticket:
        row = self._rows[entry]
        return Ticket(**cast("Any", {name: values[row] for name, values in self._columns.items()}))

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, entry: object) -> bool:
        return entry in self._rows

    def keys(self) -> KeysView[str]:
        return self._rows.keys()


def parse_lot(text: bytes) -> Lot:
    """The tickets in it; none when the text is damaged. Fields that this version does not know are passed
    over, those that are missing take their defaults."""
    try:
        data = json.loads(text)
        count = len(data["entry"][1])
        known = [field.name for field in fields(Ticket) if field.name in data or field.default is MISSING]
        columns = {name: _parse_column(data[name], count) for name in known}
        return Lot(columns, columns["entry"])
    except (ValueError, TypeError, KeyError, IndexError):
        return Lot({}, [])


def _dump_column(values: list[Any]) -> object:
    if all(value == values[0] for value in values):
        return values[0]
    if not all(isinstance(value, str) for value in values):
        return [None, values]
    prefix = os.path.commonprefix(values)
    return [prefix, [value[len(prefix) :] for value in values]]


def _parse_column(column: object, count: int) -> list[Any]:
    if not isinstance(column, list):
        return [column] * count
    prefix, rest = column
    if len(rest) != count:
        raise ValueError("columns of different length")
    return rest if prefix is None else [prefix + each for each in rest]
