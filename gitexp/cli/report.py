"""`exp report`: experiments as one HTML file with table and charts, or as Markdown for a pull request."""

from __future__ import annotations

import datetime
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

import typer

from gitexp.cli.table_options import ALL_BRANCHES, ALL_COMMITS, ALL_TAGS, MAXIMIZE, MINIMIZE, NUM, REV
from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.plots.plots import PlotRequest, collect_plots
from gitexp.experiment.plots.record import without_repeats
from gitexp.experiment.plots.template_files import find_templates
from gitexp.experiment.record import Group, Row
from gitexp.experiment.table.best import Wishes
from gitexp.experiment.table.columns import Kind, all_rows, choose_columns
from gitexp.experiment.table.row_choice import choose_rows, sort_keys
from gitexp.experiment.table.table import TableRequest, collect_table
from gitexp.experiment.table.where import parse_where
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.page_data import write_page
from gitexp.screen.plots.templates import BUILT_IN
from gitexp.screen.report.data import Report, ReportAnswer, row_name
from gitexp.screen.report.markdown import report_markdown
from gitexp.screen.report.page import report_page
from gitexp.screen.talk import print_warning

ANSWER = one(ReportAnswer)

MOST_PLOTTED = 30


def command(
    rev: list[str] = REV,
    num: int = NUM,
    all_commits: bool = ALL_COMMITS,
    all_branches: bool = ALL_BRANCHES,
    all_tags: bool = ALL_TAGS,
    where: str = typer.Option(
        None, "--where", metavar="CONDITION", help="Only experiments of which this is true, as in `exp show`."
    ),
    sort_by: list[str] = typer.Option(
        None, "--sort-by", metavar="COLUMN", help="Sort experiments by metrics or params; -COLUMN descends."
    ),
    minimize: list[str] = MINIMIZE,
    maximize: list[str] = MAXIMIZE,
    top: int = typer.Option(None, "--top", min=0, metavar="N", help="Only the first N experiments."),
    title: str = typer.Option(None, "--title", metavar="TEXT", help="What the report is called."),
    plotted: int = typer.Option(
        MOST_PLOTTED, "--plots", min=0, metavar="N", help="Read the plots of the first N experiments."
    ),
    hide_failed: bool = typer.Option(False, "--hide-failed", help="Without failed runs."),
    out: Path = typer.Option(Path("exp_report/index.html"), "-o", "--out", metavar="FILE", help="The file."),
    md: bool = typer.Option(False, "--md", help="Markdown on stdout, for a pull request."),
    json: bool = typer.Option(False, "--json", help="Where the file is, or with --md its text, as JSON."),
    open: bool = typer.Option(False, "--open", help="Open the report in the browser."),
) -> None:
    """Write a report: table, parallel coordinates, scatter, curves, images. It opens offline."""
    condition = None if where is None else parse_where(where)
    keys = sort_keys(sort_by or (), False)
    project = find_project()
    baselines = Baselines(tuple(rev or ()), num, all_branches, all_tags, all_commits)
    groups = collect_table(project, TableRequest(baselines, workspace=False, failed=not hide_failed))
    groups = choose_rows(groups, condition, keys, top)
    rows = list(all_rows(groups))
    if not rows:
        raise ExpError("there is no commit to report on.", "commit, then `exp run`.")
    shown = [*(group.head for group in groups), *[row for group in groups for row in group.rows][:plotted]]
    plots = without_repeats(collect_plots(project, PlotRequest(tuple(row.rev for row in shown))))
    report = Report(
        title or f"Experiments of {_named(rows)}",
        tuple(groups),
        tuple(column for column in choose_columns(rows, only_changed=md) if column.kind is not Kind.DEP),
        plots,
        {row.rev: row_name(row) for row in shown},
        find_templates(project, [entry.plot.template for entry in plots.entries if entry.plot], BUILT_IN),
        len(rows) - len(shown),
        Wishes(tuple(minimize or ()), tuple(maximize or ())),
    )
    if md:
        text = "\n".join(report_markdown(report, datetime.date.today())) + "\n"
        if json:
            write_answer({"path": None, "url": None, "markdown": text, "experiments": _count(groups)})
        else:
            sys.stdout.write(text)
        return
    write_page(out.absolute(), report_page(report))
    url = out.absolute().as_uri()
    if json:
        write_answer(
            {"path": str(out.absolute()), "url": url, "markdown": None, "experiments": _count(groups)}
        )
    else:
        sys.stdout.write(f"{url}\n")
    if open and not webbrowser.open(out.absolute().as_uri()):
        print_warning("no browser could be opened.")


def _count(groups: Sequence[Group]) -> int:
    return sum(len(group.rows) for group in groups)


def _named(rows: list[Row]) -> str:
    return rows[0].name or rows[0].rev[:7]
