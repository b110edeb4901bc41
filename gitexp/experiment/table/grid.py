"""The cells of a table, column by column: every row is looked into once, and then let go of.

Rows of the cache are text. A table of a hundred thousand of them has room for what its cells hold, not for a
record of each row; and most of what is done with a table (is it the same everywhere? how wide is it? which is
the best?) is done to one column.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from gitexp.experiment.record import FileValues, Row
from gitexp.experiment.table.columns import NO_SUCH_FILE, Cell, Column, Kind, titled
from gitexp.experiment.table.compare import flatten
from gitexp.experiment.table.values_data import each_file
from gitexp.pipeline.stage import Value


class Lost(Enum):
    """What a cell holds whose file could not be read: None is a value of its own."""

    UNREADABLE = "unreadable"
    ABSENT = "absent"  # no run has made the file yet


UNREADABLE: Final = Lost.UNREADABLE
ABSENT: Final = Lost.ABSENT
_EXACT: Final = (str, int, bool)  # of one type and equal: they read the same
_PLAIN: Final = (*_EXACT, float)


class Grid:
    """Rows by columns. `columns` are all there are; a column's values are in the order of the rows.

    With `most`, the first so many of a file only; `unseen` is how many more there are.
    """

    def __init__(self, rows: Sequence[Row], most: int | None = None) -> None:
        self.count = len(rows)
        self._most = sys.maxsize if most is None else most
        self._unseen: dict[tuple[Kind, str], set[str]] = {}
        self._files: dict[Kind, dict[str, dict[str, list[Value]]]] = {Kind.METRIC: {}, Kind.PARAM: {}}
        self._lost: dict[tuple[Kind, str], dict[int, Lost]] = {}
        self._deps: dict[str, list[Value]] = {}
        self._add(Kind.METRIC, [row.values.metrics for row in rows])
        self._add(Kind.PARAM, [row.values.params for row in rows])
        for place, row in enumerate(rows):
            for path, hash in row.values.deps.items():
                values = self._deps.setdefault(path, [])
                if hash is not None:
                    _put(values, place, hash.value)
        self.columns: list[Column] = titled(self._files, self._deps)

    def _add(self, kind: Kind, parts: Sequence[Mapping[str, FileValues]]) -> None:
        tables = self._files[kind]
        for place, files in enumerate(each_file(parts)):
            for file, found in files:
                table = tables.get(file)
                if table is None:
                    table = tables[file] = {}
                if found.error is not None:
                    absent = found.error[1].startswith(NO_SUCH_FILE)
                    lost = self._lost.setdefault((kind, file), {})
                    lost[place] = ABSENT if absent else UNREADABLE
                    continue
                data = found.values
                more = _put_all(table, place, "", data if type(data) is dict else flatten(data), self._most)
                if more:
                    self._unseen.setdefault((kind, file), set()).update(more)

    @property
    def unseen(self) -> int:
        """How many columns were passed over."""
        return sum(map(len, self._unseen.values()))

    def values(self, column: Column) -> list[Value]:
        """A value a row; None where there is none, one of Lost where nobody knows."""
        if column.kind is Kind.DEP:
            return self._filled(self._deps.get(column.file, []))
        values = self._filled(self._files[column.kind].get(column.file, {}).get(column.key, []))
        for place, lost in self._lost.get((column.kind, column.file), {}).items():
            values[place] = lost
        return values

    def differs(self, column: Column) -> bool:
        """Whether not all rows have the same, as `columns.differing` says."""
        values = self.values(column)
        if column.kind is Kind.DEP:
            return len(set(values) - {None}) > 1
        first = values[0] if values else None
        exact = type(first) in _EXACT
        text = str(_text(first))
        for value in values:
            if value is first or (exact and type(value) is type(first) and value == first):
                continue
            if isinstance(value, Lost) != isinstance(first, Lost) or str(_text(value)) != text:
                return True
        return False

    def _filled(self, values: list[Value]) -> list[Value]:
        values.extend([None] * (self.count - len(values)))
        return values


def cell_of(value: Value) -> Cell:
    """A value of a grid as a cell."""
    return Cell(unreadable=True, absent=value is ABSENT) if isinstance(value, Lost) else Cell(value)


def _text(value: Value) -> Value:
    """A file that can't be read is one in all rows, whatever is wrong with it."""
    return None if isinstance(value, Lost) else value


def _put_all(
    table: dict[str, list[Value]], place: int, prefix: str, data: Mapping[Value, Value], most: int
) -> list[str]:
    """The leaves of one row's file, as `flatten` finds them, each into its column; those that no column was
    left for."""
    more: list[str] = []
    for name, value in data.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            more += _put_all(table, place, f"{key}.", value, most)
            continue
        values = table.get(key)
        if values is None:
            if len(table) >= most:
                more.append(key)
                continue
            values = table[key] = []
        elif values:
            # A value that the row before has too is not kept twice.
            last = values[-1]
            if last == value and type(last) is type(value) and type(value) in _PLAIN and value != 0:
                value = last
        if len(values) == place:
            values.append(value)
        else:
            _put(values, place, value)
    return more


def _put(values: list[Value], place: int, value: Value) -> None:
    """The value of the row at `place`; of two by one key (a dot may belong to a name) the last holds."""
    if len(values) < place:
        values.extend([None] * (place - len(values)))
    values[place:] = [value]
