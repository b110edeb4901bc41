"""A report as Markdown for a pull request: the table, and curves as text where there are any."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

from gitexp.experiment.plots.record import REV, Plot, PlotEntry, PlotSet
from gitexp.experiment.table.columns import all_rows
from gitexp.experiment.table.grid import Grid
from gitexp.screen.cells import PRECISION
from gitexp.screen.plots.term import Canvas, term_plots
from gitexp.screen.report.data import Report
from gitexp.screen.show.data import show_markdown

_WIDE = 72  # a block of code that GitHub shows without scrolling
_MOST = 6  # curves in one drawing: more are a tangle without colours


def report_markdown(report: Report, today: datetime.date) -> Iterator[str]:
    """The lines. Content is escaped: no markup, no mention, no fence of its own."""
    yield f"## {_plain(report.title)}"
    yield ""
    grid = Grid(list(all_rows(report.groups)))
    for line in show_markdown(report.groups, grid, report.columns, today, PRECISION):
        yield _plain(line)
    yield ""
    drawn = [entry for entry in report.plots.entries if entry.plot]
    for entry in drawn:
        yield from _drawing(entry, report)


def _drawing(entry: PlotEntry, report: Report) -> Iterator[str]:
    named = _named(entry.plot, report) if entry.plot else None
    entries = (PlotEntry(entry.id, named),)
    lines = list(term_plots(PlotSet((), entries), Canvas(_WIDE)))
    yield f"<details><summary>{_plain(entry.id)}</summary>"
    yield ""
    # Indented, not fenced: nothing in the lines can end the block.
    yield from (f"    {line}" for line in lines if line)
    yield ""
    yield "</details>"
    yield ""


def _named(plot: Plot, report: Report) -> Plot:
    """The plot of the first revisions, called as in the table."""
    revisions = plot.revisions[:_MOST]
    points = tuple(
        {**point, REV: report.names[str(point[REV])]}
        for point in plot.series.points
        if point[REV] in revisions
    )
    names = tuple(report.names[rev] for rev in revisions)
    return replace(plot, series=replace(plot.series, points=points), revisions=names)


def _plain(text: str) -> str:
    """`text` that Markdown takes for text: no tags, no mentions of people."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "@\u200b").replace("\n", " ")
