"""`exp show` for programs: DVC's JSON, DVC's CSV, and a Markdown table (formats.md 8.8)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence

from gitexp.experiment.columns import Cell, Column, cells_of
from gitexp.experiment.record import Group, Row, State
from gitexp.experiment.values_data import values_data
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import MISSING, UNREADABLE, cell
from gitexp.screen.show_rows import BASELINE, LAST, MEMBER, ShownRow, created, iso_time, shown_rows
from gitexp.screen.text_table import markdown

TREE = {BASELINE: "", MEMBER: "├── ", LAST: "└── "}


def show_json(groups: Sequence[Group]) -> list[Value]:
    """DVC's list of states, one a group."""
    return [_state(group.head, [_range(row) for row in group.rows] or None) for group in groups]


def _state(row: Row, experiments: list[Value] | None) -> Value:
    values = row.values
    data = {
        "rev": row.rev,
        "timestamp": iso_time(values.timestamp),
        **values_data(values),
        # DVC leaves `meta` empty; a note is the one thing that we have to say there.
        "meta": {} if row.remark is None else {"note": row.remark},
    }
    error = None
    if row.state in (State.FAILED, State.INTERRUPTED):
        error = {"msg": row.error, "type": ""}
    elif values.error is not None:
        error = {"msg": values.error, "type": "ExpError"}
    return {
        "rev": row.rev,
        "name": row.name,
        "data": None if values.error is not None else data,
        "error": error,
        "experiments": experiments,
    }


def _range(row: Row) -> Value:
    executor = None
    if row.state is not State.SUCCESS:
        executor = {"state": row.state.value, "name": None, "local": None}
    return {"revs": [_state(row, None)], "executor": executor, "name": row.name}


def show_csv_rows(groups: Sequence[Group], columns: Sequence[Column]) -> Iterator[list[str]]:
    """Header and rows: whole floats, empty where there is nothing."""
    rows = list(shown_rows(groups))
    with_state = any(row.state for row in rows)
    extra = ["State", "Executor"] if with_state else []
    yield ["Experiment", "rev", "typ", "Created", "parent", *extra, *(column.title for column in columns)]
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
        yield [*fixed, *(_csv_cell(found) for found in cells_of(row.row, columns))]


def _csv_cell(found: Cell) -> str:
    if found.unreadable:
        return UNREADABLE
    return "" if found.value is None else str(found.value)


def show_markdown(
    groups: Sequence[Group], columns: Sequence[Column], today: datetime.date, precision: int
) -> list[str]:
    """A table for a pull request."""
    rows = list(shown_rows(groups))
    with_state = any(row.state for row in rows)
    header = ["Experiment", "Created", *(["State"] if with_state else []), *(c.title for c in columns)]
    body = [
        [
            label(row),
            created(row.row, today),
            *([row.state or MISSING] if with_state else []),
            *(shown_cell(found, precision) for found in cells_of(row.row, columns)),
        ]
        for row in rows
    ]
    return markdown(header, body)


def label(row: ShownRow) -> str:
    """'main', or '└── d6f26be [brave-otter]'."""
    if not row.is_experiment:
        return row.row.name or row.short_rev
    return f"{TREE[row.place]}{row.short_rev} [{row.row.name}]"


def shown_cell(found: Cell, precision: int) -> str:
    return UNREADABLE if found.unreadable else cell(found.value, precision)
