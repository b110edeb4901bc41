"""One row of the table whole: how it stands, and every metric and param with its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitexp.experiment.record import FileValues, Row, State
from gitexp.experiment.table.compare import flat_values
from gitexp.screen.cells import cell, one_line
from gitexp.screen.terminal import BOLD, paint
from gitexp.screen.text_table import align


def row_lines(row: Row, colour: bool) -> Iterator[str]:
    """State and reason of what is no experiment; then all values."""
    if row.state is not State.SUCCESS:
        why = f": {row.error}" if row.error else ""
        yield from [paint(f"{row.state.value.capitalize()}{one_line(why)}", BOLD, colour), ""]
    if row.values.error is not None:
        yield from [one_line(row.values.error), ""]
    yield from _section("All metrics", row.values.metrics)
    yield from _section("All params", row.values.params)
    data = [[one_line(path), hash.value if hash else "-"] for path, hash in row.values.deps.items()]
    if data:
        yield "Deps:"
        yield from (f"    {line}" for line in align(data))


def _section(title: str, files: Mapping[str, FileValues]) -> Iterator[str]:
    rows = []
    for file, values in files.items():
        if values.error is not None:
            rows.append([one_line(file), "", one_line(f"can't be read: {values.error[1]}")])
        rows += [
            [one_line(file), one_line(key), cell(value, None)] for key, value in flat_values(values).items()
        ]
    if rows:
        yield f"{title}:"
        yield from (f"    {line}" for line in align(rows))
        yield ""
