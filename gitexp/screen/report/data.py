"""What a report shows, as data for its page: rows, columns, curves, images; every text still plain text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict

from gitexp.content import Value
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.plots.record import REV, Plot, PlotEntry, PlotSet
from gitexp.experiment.record import Group, Row
from gitexp.experiment.table.best import Wishes, directions, find_best
from gitexp.experiment.table.columns import Cell, Column, cells_of, differing
from gitexp.screen.cells import PRECISION
from gitexp.screen.page_data import data_url, svg_url
from gitexp.screen.plots.pictures import svg_picture
from gitexp.screen.plots.spec import fill_template
from gitexp.screen.plots.term import as_number
from gitexp.screen.show.data import shown_cell
from gitexp.screen.show.rows import ShownRow, iso_time, shown_rows

LONGEST = 300  # characters of a value; what is longer is cut
MOST_POINTS = 2000  # of a curve
_CURVES = ("linear", "simple", "smooth", "scatter")


@dataclass(frozen=True, slots=True)
class Report:
    """`names`: what each plotted revision is called in the table."""

    title: str
    groups: tuple[Group, ...]
    columns: tuple[Column, ...]
    plots: PlotSet
    names: Mapping[str, str]
    templates: Mapping[str, Value]
    left_out: int = 0  # experiments whose plots are not shown
    wishes: Wishes = Wishes()  # which metrics are better low, which high


def row_name(row: Row) -> str:
    """What a row is called: unique within a report, so with its commit when it has one."""
    short = row.rev if row.rev == "workspace" else row.rev[:7]
    return f"{row.name} ({short})" if row.name else short


class ReportAnswer(TypedDict):
    """The report that was written; with --md its text instead."""

    path: str | None
    url: str | None
    markdown: str | None
    experiments: int


def report_data(report: Report) -> Value:
    """The data behind the page."""
    shown = list(shown_rows(report.groups))
    cells = [cells_of(one.row, report.columns) for one in shown]
    changed = differing(report.columns, cells) if cells else set()
    judged = [i for i, one in enumerate(shown) if one.row.rev != "workspace"]
    best = find_best(report.columns, cells, judged, report.wishes)
    known = directions(report.columns, report.wishes)
    return {
        "title": report.title,
        "columns": [
            {
                "title": column.title,
                "kind": column.kind.value,
                "differs": column in changed,
                "number": _is_numeric([row[i] for row in cells]),
                "better": known[column].value if column in known else None,
                "best": sorted(best[column].rows) if column in best else [],
            }
            for i, column in enumerate(report.columns)
        ],
        "rows": [_row(one, row) for one, row in zip(shown, cells, strict=True)],
        "plots": [found for entry in report.plots.entries for found in [_plot(entry, report)] if found],
        "left_out": report.left_out,
        "problems": [
            f"{report.names.get(one.rev, one.rev)}: {one.id or 'the pipeline'}: {one.message}"
            for one in report.plots.problems
        ],
    }


def _row(shown: ShownRow, cells: Sequence[Cell]) -> Value:
    row = shown.row
    return {
        "name": row_name(row),
        "label": _cut(row.name or shown.short_rev),
        "rev": shown.short_rev,
        "kind": "experiment" if shown.is_experiment else "baseline",
        "created": iso_time(row.values.timestamp),
        "state": shown.state,
        "text": [_cut(shown_cell(found, PRECISION)) for found in cells],
        "value": [_value(found) for found in cells],
    }


def _value(found: Cell) -> Value:
    """What a cell is sorted and drawn by: a finite number, text, or None."""
    value = found.value
    if isinstance(value, (bool, str)):
        return _cut(str(value))
    if isinstance(value, int):
        return value if abs(value) < 2**53 else as_number(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is None else _cut(str(value))


def _is_numeric(cells: Sequence[Cell]) -> bool:
    values = [value for value in map(_value, cells) if value is not None]
    return bool(values) and not any(isinstance(value, str) for value in values)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _plot(entry: PlotEntry, report: Report) -> Value:
    names = report.names
    if entry.images:
        images = [{"name": names[image.rev], "url": data_url(image)} for image in entry.images]
        return {"id": entry.id, "title": entry.id, "images": images}
    if entry.plot is None:
        return None
    if entry.plot.template in _CURVES:
        return _curves(entry.plot, names)
    return _pictures(entry.plot, report)


def _curves(plot: Plot, names: Mapping[str, str]) -> Value:
    series = plot.series
    key = "::".join(series.varied)
    lines: dict[tuple[str, str], list[list[float]]] = {}
    for point in series.points:
        x, y = as_number(point.get(series.x)), as_number(point.get(series.y))
        line = lines.setdefault((str(point[REV]), str(point[key]) if key else ""), [])
        if x is not None and y is not None:
            line.append([x, y])
    return {
        "id": plot.id,
        "title": _cut(plot.title),
        "x": _cut(series.x_label),
        "y": _cut(series.y_label),
        "dots": plot.template == "scatter",
        "curves": [
            {"name": names[rev], "mark": _cut(mark), "points": _thinned(points)}
            for (rev, mark), points in lines.items()
        ],
    }


def _thinned(points: Sequence[list[float]]) -> list[list[float]]:
    """At most MOST_POINTS of them, evenly, the last among them."""
    step = -(-len(points) // MOST_POINTS)
    return [*points[:: step or 1], *(points[-1:] if step > 1 else ())]


def _pictures(plot: Plot, report: Report) -> Value:
    """What is no curve is drawn by Vega-Lite, if that is there: a picture of each revision."""
    try:
        images = [
            {"name": report.names[rev], "url": svg_url(_picture(plot, rev, report))} for rev in plot.revisions
        ]
    except ExpError as error:
        problem = f"{error.message} {error.hint or ''}".strip()
        return {"id": plot.id, "title": _cut(plot.title), "problem": problem}
    return {"id": plot.id, "title": _cut(plot.title), "images": images}


def _picture(plot: Plot, rev: str, report: Report) -> str:
    name = report.names[rev]
    points = tuple({**point, REV: name} for point in plot.series.points if point[REV] == rev)
    alone = replace(plot, title="", series=replace(plot.series, points=points), revisions=(name,))
    return svg_picture(fill_template(report.templates[plot.template], alone, 160))
