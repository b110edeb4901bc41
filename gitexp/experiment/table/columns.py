"""The columns of a table of experiments: which there are, what they are called, which are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from fnmatch import fnmatchcase

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError, near
from gitexp.experiment.record import FileValues, Group, Row
from gitexp.experiment.table.compare import flatten
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


NO_SUCH_FILE = "[Errno 2] No such file"  # how the error begins of a file that is not there
MOST_COMPARED = 2000  # columns that are looked at for one that is meant


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
    """What a row has in a column; `unreadable` when its file could not be read, `absent` when that is because
    no run has made it yet."""

    value: Value = None
    unreadable: bool = False
    absent: bool = False


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
    return titled(keys, {path for row in rows for path in row.values.deps})


def titled(keys: Mapping[Kind, Mapping[str, Iterable[str]]], deps: Iterable[str]) -> list[Column]:
    """The columns of these keys by kind and file, and of these deps."""
    count = Counter(TAKEN)
    count.update(key for files in keys.values() for found in files.values() for key in found)
    columns = [
        Column(kind, file, key, key if count[key] == 1 and key else f"{file}:{key}".removesuffix(":"))
        for kind, files in keys.items()
        for file, found in files.items()
        for key in found
    ]
    return [*columns, *(Column(Kind.DEP, path, "", path) for path in sorted(deps))]


def _keys(tables: Iterable[Mapping[str, FileValues]]) -> dict[str, dict[str, None]]:
    found: dict[str, dict[str, None]] = {}
    for files in tables:
        for file, values in files.items():
            found.setdefault(file, {}).update(dict.fromkeys(flatten(values.values)))
    return found


def cells_of(row: Row, columns: Sequence[Column]) -> list[Cell]:
    """The row's cell in each column."""
    tables: dict[tuple[Kind, str], Mapping[str, Value] | Cell] = {}
    wanted = {column.file for column in columns}
    for kind, files in ((Kind.METRIC, row.values.metrics), (Kind.PARAM, row.values.params)):
        for file, values in files.items():
            if file in wanted:
                tables[kind, file] = unread(values) or flatten(values.values)
    cells = []
    for column in columns:
        if column.kind is Kind.DEP:
            hash = row.values.deps.get(column.file)
            cells.append(Cell(hash.value if hash else None))
            continue
        table = tables.get((column.kind, column.file), {})
        cells.append(table if isinstance(table, Cell) else Cell(table.get(column.key)))
    return cells


def unread(values: FileValues) -> Cell | None:
    """The cell of every column of a file that can't be read; None for one that can."""
    if values.error is None:
        return None
    return Cell(unreadable=True, absent=values.error[1].startswith(NO_SUCH_FILE))


def differing(columns: Sequence[Column], cells: Sequence[Sequence[Cell]]) -> set[Column]:
    """The columns in which not all rows have the same. Of a dep, rows that say nothing don't count: what
    never ran depends on the same files."""
    return {column for i, column in enumerate(columns) if _differs(column, i, cells)}


def _differs(column: Column, place: int, cells: Sequence[Sequence[Cell]]) -> bool:
    if column.kind is Kind.DEP:
        return len({row[place].value for row in cells} - {None}) > 1
    return any(_unlike(row[place], cells[0][place]) for row in cells)


def _unlike(one: Cell, other: Cell) -> bool:
    return one.unreadable != other.unreadable or str(one.value) != str(other.value)


def choose_columns(
    rows: Sequence[Row], drop: Sequence[str] = (), keep: Sequence[str] = (), only_changed: bool = False
) -> list[Column]:
    """The columns of the rows, without those whose title a `drop` pattern matches from its start, and with
    `only_changed` without those in which all rows have the same; what a `keep` pattern matches always stays.

    Raises ExpError for a pattern that is no regular expression.
    """
    columns = find_columns(rows)
    differ = set(columns)
    if only_changed:
        differ = differing(columns, [cells_of(row, columns) for row in rows])
    return choose_among(columns, differ.__contains__, drop, keep)


def choose_among(
    columns: Sequence[Column], wanted: Callable[[Column], bool], drop: Sequence[str], keep: Sequence[str]
) -> list[Column]:
    """Those that are wanted and not dropped, or kept in any case. Raises ExpError as `choose_columns`."""
    dropped, kept = _matcher(drop), _matcher(keep)
    return [
        column for column in columns if kept(column.title) or (not dropped(column.title) and wanted(column))
    ]


def named_columns(columns: Sequence[Column], names: Sequence[str]) -> list[Column]:
    """Those of these names, in their order: keys, `file:key`, paths of deps, or globs of titles.

    Raises ExpError for a name that is no column, or means several.
    """
    titles: dict[str, list[Column]] = {}
    for column in columns:
        titles.setdefault(column.title, []).append(column)
    found: dict[Column, None] = {}
    for name in names:
        matching = titles.get(name, [])
        if not matching and any(sign in name for sign in "*?["):
            matching = [column for column in columns if fnmatchcase(column.title, name)]
        found.update(dict.fromkeys(matching or [find_column(name, columns, "to show")]))
    return list(found)


def _matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    try:
        compiled = [re.compile(pattern) for pattern in patterns]
    except re.error as error:
        raise ExpError(f"{' '.join(patterns)}: not a regular expression: {error}.") from error
    return lambda title: any(pattern.match(title) for pattern in compiled)


def find_column(name: str, columns: Sequence[Column], wanted_for: str) -> Column:
    """The metric or param that `name`, a key or `file:key`, means.

    Raises ExpError when it means none, or several; `wanted_for` ends that sentence: 'to sort by'.
    """
    columns = [column for column in columns if column.kind is not Kind.DEP]
    exact = [column for column in columns if name in (f"{column.file}:{column.key}", f":{column.key}")]
    found = exact or [column for column in columns if name in (column.key, column.title)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{column.file}:{column.key}" for column in found)
        raise ExpError(f"'{name}' could be several columns: {names}.", "name the file too.")
    raise ExpError(f"there is no metric or param '{name}' {wanted_for}.", near_hint(name, columns))


def near_hint(name: str, columns: Sequence[Column]) -> str | None:
    """'did you mean …?', for a name that is no column."""
    titles = [column.title for column in columns[:MOST_COMPARED]]
    last = name.rpartition(".")[2]
    close = near(name, titles) or [title for title in titles if title.rpartition(".")[2] == last][:3]
    return f"did you mean {' or '.join(close)}?" if close else None


def value_in(row: Row, column: Column) -> Value:
    """The row's value in one metric or param column; None where it has none."""
    files = row.values.metrics if column.kind is Kind.METRIC else row.values.params
    values = files.get(column.file)
    if values is None or values.error is not None:
        return None
    return _leaf(values.values, column.key)


def _leaf(data: Value, key: str) -> Value:
    """What `flatten(data)` has under `key`. A dot may part two levels, or belong to a name."""
    if not isinstance(data, dict):
        return None if key else data
    whole = data.get(key)
    if whole is not None and not isinstance(whole, dict):
        return whole
    first, dot, rest = key.partition(".")
    inner = data.get(first)
    if dot and isinstance(inner, dict) and "." not in rest:
        found = inner.get(rest)
        if not isinstance(found, (dict, type(None))):
            return found
    return flatten(data).get(key)
