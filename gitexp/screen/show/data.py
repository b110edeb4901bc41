"""`exp show` for programs: DVC's JSON, DVC's CSV, and a Markdown table (formats.md 8.8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import islice, repeat

from gitexp.experiment.record import Group, Row, State
from gitexp.experiment.table.columns import Cell, Column
from gitexp.experiment.table.grid import Grid, Lost, cell_of
from gitexp.experiment.table.values_data import PARTS, part_text
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import MISSING, UNREADABLE, cell
from gitexp.screen.json_text import to_json
from gitexp.screen.show.rows import BASELINE, LAST, MEMBER, ShownRow, created, iso_time, shown_rows
from gitexp.screen.text_table import markdown

TREE = {BASELINE: "", MEMBER: "├── ", LAST: "└── "}


def show_json(groups: Sequence[Group]) -> Iterator[str]:
    """DVC's list of states, one a group, as pieces of one JSON text: rows of the cache are texts already."""
    yield "["
    for i, group in enumerate(groups):
        start, end = _state(group.head)
        yield (", " if i else "") + start
        if group.rows:
            yield "["
            yield from _separated(_range(row) for row in group.rows)
            yield "]"
        else:
            yield "null"
        yield end
    yield "]"


def _separated(texts: Iterator[str]) -> Iterator[str]:
    yield from islice(texts, 1)
    for text in texts:
        yield ", " + text


def _state(row: Row) -> tuple[str, str]:
    """What stands before and behind the value of 'experiments'."""
    values = row.values
    error = None
    if row.state in (State.FAILED, State.INTERRUPTED):
        error = {"msg": row.error, "type": ""}
    elif values.error is not None:
        error = {"msg": values.error, "type": "ExpError"}
    rev, name = f'"{row.rev}"', to_json(row.name)
    data = "null" if values.error is not None else _data(row, rev)
    said = "null" if error is None else to_json(error)
    return f'{{"rev": {rev}, "name": {name}, "data": {data}, "error": {said}, "experiments": ', "}"


def _data(row: Row, rev: str) -> str:
    parts = ", ".join([f'"{name}": {part_text(name, getattr(row.values, name))}' for name in PARTS])
    # DVC leaves `meta` empty; a note is the one thing that we have to say there.
    meta = "{}" if row.remark is None else to_json({"note": row.remark})
    time = iso_time(row.values.timestamp)
    when = "null" if time is None else f'"{time}"'
    return f'{{"rev": {rev}, "timestamp": {when}, {parts}, "meta": {meta}}}'


def _range(row: Row) -> str:
    executor = "null"
    if row.state is not State.SUCCESS:
        executor = to_json({"state": row.state.value, "name": None, "local": None})
    start, end = _state(row)
    return f'{{"revs": [{start}null{end}], "executor": {executor}, "name": {to_json(row.name)}}}'


def show_csv_rows(groups: Sequence[Group], grid: Grid, columns: Sequence[Column]) -> Iterator[list[str]]:
    """Header and rows: whole floats, empty where there is nothing. `grid` has the rows of the groups."""
    rows = list(shown_rows(groups))
    with_state = any(row.state for row in rows)
    extra = ["State", "Executor"] if with_state else []
    yield ["Experiment", "rev", "typ", "Created", "parent", *extra, *(column.title for column in columns)]
    cells = _by_row(grid, columns)
    for row in rows:
        name = row.row.name or ""
        fixed = [
            name if row.is_experiment else "",
            row.short_rev if row.is_experiment or not name else name,
            row.place,
            iso_time(row.row.values.timestamp) or "",
            "",
            *([row.state, ""] if with_state else []),
        ]
        yield [*fixed, *map(_csv_cell, next(cells))]


def _by_row(grid: Grid, columns: Sequence[Column]) -> Iterator[tuple[Value, ...]]:
    values = [grid.values(column) for column in columns]
    return zip(*values, strict=True) if values else repeat(())


def _csv_cell(value: Value) -> str:
    if isinstance(value, Lost):
        return UNREADABLE
    return "" if value is None else str(value)


def show_markdown(
    groups: Sequence[Group], grid: Grid, columns: Sequence[Column], today: datetime.date, precision: int
) -> list[str]:
    """A table for a pull request. `grid` has the rows of the groups."""
    rows = list(shown_rows(groups))
    with_state = any(row.state for row in rows)
    header = ["Experiment", "Created", *(["State"] if with_state else []), *(c.title for c in columns)]
    body = [
        [
            label(row),
            created(row.row, today),
            *([row.state or MISSING] if with_state else []),
            *(shown_cell(cell_of(value), precision) for value in values),
        ]
        for row, values in zip(rows, _by_row(grid, columns), strict=False)
    ]
    return markdown(header, body)


def label(row: ShownRow) -> str:
    """'main', or '└── d6f26be [brave-otter]'."""
    if not row.is_experiment:
        return row.row.name or row.short_rev
    return f"{TREE[row.place]}{row.short_rev} [{row.row.name}]"


def shown_cell(found: Cell, precision: int) -> str:
    if found.unreadable and not found.absent:
        return UNREADABLE
    return cell(found.value, precision)
