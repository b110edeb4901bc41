"""The columns of a table of experiments: which there are, what they are called, which are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from gitexp.errors import ExpError, near
from gitexp.experiment.compare import flatten
from gitexp.experiment.record import FileValues, Group, Row
from gitexp.pipeline.stage import Value

TAKEN = (
    "Experiment",
    "rev",
    "typ",
    "Created",
    "parent",
    "State",
    "Executor",
)  # headers that params can't have


class Kind(Enum):
    METRIC = "metrics"
    PARAM = "params"
    DEP = "deps"


@dataclass(frozen=True, slots=True)
class Column:
    """One metric, param or dep. `title` is its key, or `file:key` where the key alone would be unclear."""

    kind: Kind
    file: str  # of a dep, its path
    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row has in a column; `unreadable` when its file could not be read."""

    value: Value = None
    unreadable: bool = False


def all_rows(groups: Iterable[Group]) -> Iterator[Row]:
    for group in groups:
        yield group.head
        yield from group.rows


def find_columns(rows: Sequence[Row]) -> list[Column]:
    """Metrics, then params, in the order of their files; then deps by path."""
    keys = {
        Kind.METRIC: _keys(row.values.metrics for row in rows),
        Kind.PARAM: _keys(row.values.params for row in rows),
    }
    count = Counter(TAKEN)
    count.update(key for files in keys.values() for found in files.values() for key in found)
    columns = [
        Column(kind, file, key, key if count[key] == 1 and key else f"{file}:{key}".removesuffix(":"))
        for kind, files in keys.items()
        for file, found in files.items()
        for key in found
    ]
    deps = sorted({path for row in rows for path in row.values.deps})
    return [*columns, *(Column(Kind.DEP, path, "", path) for path in deps)]


def _keys(tables: Iterable[Mapping[str, FileValues]]) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for files in tables:
        for file, values in files.items():
            found.setdefault(file, {}).update(dict.fromkeys(flatten(values.values)))
    return found


def cells_of(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """The row's cell in each column."""
    tables: dict[tuple[Kind, str], Mapping[str, Value] | None] = {}
    for kind, files in ((Kind.METRIC, row.values.metrics), (Kind.PARAM, row.values.params)):
        for file, values in files.items():
            tables[kind, file] = None if values.error else flatten(values.values)
    cells = []
    for column in columns:
        if column.kind is Kind.DEP:
            hash = row.values.deps.get(column.file)
            cells.append(Cell(hash.value if hash else None))
            continue
        table = tables.get((column.kind, column.file), {})
        cells.append(Cell(unreadable=True) if table is None else Cell(table.get(column.key)))
    return cells


def differing(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> set[Column]:
    """The columns in which not all rows have the same."""
    return {column for i, column in enumerate(columns) if any(_unlike(row[i], cells[0][i]) for row in cells)}


def _unlike(one: Cell, other: Cell) -> bool:
    return one.unreadable != other.unreadable or str(one.value) != str(other.value)


def choose_columns(
    rows: Sequence[Row], drop: Sequence[str] = (), keep: Sequence[str] = (), only_changed: bool = False
) -> list[Column]:
    """The columns of the rows, without those whose title a `drop` pattern matches from its start, and with
    `only_changed` without those in which all rows have the same; what a `keep` pattern matches always stays.

    Raises ExpError for a pattern that is no regular expression.
    """
    dropped, kept = _matcher(drop), _matcher(keep)
    columns = find_columns(rows)
    found = set(columns)
    if only_changed:
        found = differing(columns, [cells_of(row, columns) for row in rows])
    return [
        column for column in columns if kept(column.title) or (column in found and not dropped(column.title))
    ]


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    try:
        compiled = [re.compile(pattern) for pattern in patterns]
    except re.error as error:
        raise ExpError(f"{' '.join(patterns)}: not a regular expression: {error}.") from error
    return lambda title: any(pattern.match(title) for pattern in compiled)


def sort_rows(groups: Sequence[Group], name: str, descending: bool) -> list[Group]:
    """Each group's experiments by one metric or param; those without it last, whatever the direction.

    `name` is a key or `file:key`. Raises ExpError when it means no column, or several.
    """
    rows = list(all_rows(groups))
    column = _find(name, [c for c in find_columns(rows) if c.kind is not Kind.DEP])
    return [Group(group.head, tuple(_sorted(group.rows, column, descending))) for group in groups]


def _find(name: str, columns: Sequence[Column]) -> Column:
    exact = [column for column in columns if name in (f"{column.file}:{column.key}", f":{column.key}")]
    found = exact or [column for column in columns if column.key == name]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{column.file}:{column.key}" for column in found)
        raise ExpError(f"'{name}' could be several columns: {names}.", "name the file too.")
    close = near(name, [column.title for column in columns])
    raise ExpError(
        f"there is no metric or param '{name}' to sort by.",
        f"did you mean {' or '.join(close)}?" if close else None,
    )


def _sorted(rows: Sequence[Row], column: Column, descending: bool) -> list[Row]:
    values = {row.rev: cells_of(row, [column])[0].value for row in rows}
    having = [row for row in rows if values[row.rev] is not None]
    having.sort(key=lambda row: _order(values[row.rev]), reverse=descending)
    return [*having, *(row for row in rows if values[row.rev] is None)]


def _order(value: Value) -> tuple[int, float, str]:
    """Numbers by size before text by letters: a column may hold both."""
    if isinstance(value, (int, float)):
        return (0, float(value), "")
    return (1, 0.0, str(value))
