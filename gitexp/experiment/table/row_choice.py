"""Which experiments of a table are shown, and in which order: --where, --sort-by, --top."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.record import Group, Row
from gitexp.experiment.table.columns import Column, all_rows, find_column, near_hint
from gitexp.experiment.table.grid import Grid, Lost
from gitexp.experiment.table.where import Name, Where, holds
from gitexp.experiment.table.where_words import wrong
from gitexp.pipeline.stage import Value

Read = Callable[[Row], Value]


def _created(row: Row) -> str | None:
    seconds = row.values.timestamp
    return None if seconds is None else datetime.datetime.fromtimestamp(seconds).isoformat(" ")


# What every row has beside metrics and params, by the titles of the table.
FIXED: Final[dict[str, Read]] = {
    "Experiment": lambda row: row.name,
    "State": lambda row: row.state.value,
    "Rev": lambda row: row.rev,
    "Created": _created,
    "Note": lambda row: row.remark,
}


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column to sort by: a metric or param, or a title of FIXED."""

    name: str
    descending: bool = False


class Cells:
    """What any of the rows of these groups has in any column, each looked into once for all questions."""

    def __init__(self, groups: Iterable[Group]) -> None:
        rows = list(all_rows(groups))
        self._grid = Grid(rows)
        self._places = {id(row): place for place, row in enumerate(rows)}
        self._rows = rows  # they live as long as their ids are known

    @property
    def columns(self) -> list[Column]:
        return self._grid.columns

    def reader(self, column: Column) -> Read:
        """What a row has in a column; None too where its file could not be read."""
        values, places = self._grid.values(column), self._places

        def read(row: Row) -> Value:
            value = values[places[id(row)]]
            return None if isinstance(value, Lost) else value

        return read


def sort_keys(words: Sequence[str], descending: bool) -> list[SortKey]:
    """`a,b` or several words; '-a' is the other way than `descending` says, '+a' is ascending in any case."""
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    return [_sort_key(name, descending) for name in names]


def _sort_key(name: str, descending: bool) -> SortKey:
    if name.startswith("-"):
        return SortKey(name[1:], not descending)
    return SortKey(name[1:]) if name.startswith("+") else SortKey(name, descending)


def choose_rows(
    groups: Sequence[Group], where: Where | None = None, keys: Sequence[SortKey] = (), top: int | None = None
) -> list[Group]:
    """Those of which `where` is true, of these the first `top`, sorted by `keys`.

    Raises ExpError for a name that means no column, or several.
    """
    cells = Cells(groups) if where is not None or keys else None
    chosen = list(groups)
    if where is not None:
        chosen = filter_rows(chosen, where, cells)
    if top is not None:
        chosen = top_rows(chosen, top, keys, cells)
    return sort_rows(chosen, keys, cells) if keys else chosen


def filter_rows(groups: Sequence[Group], where: Where, cells: Cells | None = None) -> list[Group]:
    """The groups with those of their experiments of which the condition is true; heads stay, to compare with.

    `cells` of these rows, and maybe more, spares to look into them again. Raises ExpError, pointing into the
    expression, for a name that no row has.
    """
    names = where.names()
    known = cells or Cells(groups)
    reads = {name.text: _read(name, known, where) for name in names}

    def wanted(row: Row) -> bool:
        return holds(where.condition, lambda name: reads[name.text](row))

    return [replace(group, rows=tuple(filter(wanted, group.rows))) for group in groups]


def _read(name: Name, cells: Cells, where: Where) -> Read:
    if name.text in FIXED:
        return FIXED[name.text]
    try:
        return cells.reader(find_column(name.text, cells.columns, "in any experiment"))
    except ExpError as error:
        hint = error.hint or near_hint(name.text, cells.columns) or 'text stands in quotes: "resnet".'
        raise wrong(where.text, name.at, error.message.rstrip("."), hint) from error


def sort_rows(groups: Sequence[Group], keys: Sequence[SortKey], cells: Cells | None = None) -> list[Group]:
    """Each group's experiments by the first key, those alike in it by the next, and so on.

    Those without a value come last, whatever the direction. Raises ExpError when a name means no column, or
    several.
    """
    compares = _compares(groups, keys, cells)
    return [replace(group, rows=tuple(_sorted(group.rows, compares))) for group in groups]


def top_rows(
    groups: Sequence[Group], count: int, keys: Sequence[SortKey] = (), cells: Cells | None = None
) -> list[Group]:
    """The first `count` experiments of all groups taken together, by `keys` or as they stand.

    Groups that are left with none of theirs stay: their heads are what others are compared with.
    """
    rows = [row for group in groups for row in group.rows]
    best = {id(row) for row in _sorted(rows, _compares(groups, keys, cells))[:count]}
    return [replace(group, rows=tuple(row for row in group.rows if id(row) in best)) for group in groups]


def _compares(
    groups: Sequence[Group], keys: Sequence[SortKey], cells: Cells | None
) -> list[tuple[Read, bool]]:
    if not keys:
        return []
    known = cells or Cells(groups)
    return [
        (
            FIXED.get(key.name) or known.reader(find_column(key.name, known.columns, "to sort by")),
            key.descending,
        )
        for key in keys
    ]


def _sorted(rows: Sequence[Row], compares: Sequence[tuple[Read, bool]]) -> list[Row]:
    """Sorting keeps the order of equals, so the least important key comes first."""
    found = list(rows)
    for read, descending in reversed(compares):
        values = [(read(row), row) for row in found]
        having = [pair for pair in values if _is_there(pair[0])]
        having.sort(key=lambda pair: _order(pair[0]), reverse=descending)
        found = [*(row for _, row in having), *(row for value, row in values if not _is_there(value))]
    return found


def _is_there(value: Value) -> bool:
    """NaN has no place in an order: it goes last with what is missing."""
    return value is not None and value == value


def _order(value: Value) -> tuple[int, float, str]:
    """Numbers by size before text by letters: a column may hold both."""
    if isinstance(value, (int, float)):
        try:
            return (0, float(value), "")
        except OverflowError:
            return (0, float("inf") if value > 0 else float("-inf"), "")
    return (1, 0.0, str(value))
