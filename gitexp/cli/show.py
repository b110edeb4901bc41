"""`exp show`: a table of experiments with their metrics, params and deps."""

from __future__ import annotations

import datetime
import gc
import sys
from collections.abc import Sequence

import typer

from gitexp import deferred
from gitexp.cli.bounds import ALL, MOST_LINES, MOST_ROWS, bound, tell_left_out
from gitexp.cli.table_options import ALL_BRANCHES, ALL_COMMITS, ALL_TAGS, MAXIMIZE, MINIMIZE, NUM, REV
from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.record import Group
from gitexp.experiment.table.best import Wishes
from gitexp.experiment.table.columns import all_rows, choose_among, named_columns
from gitexp.experiment.table.grid import Grid
from gitexp.experiment.table.grouping import group_rows
from gitexp.experiment.table.repetitions import seed_keys
from gitexp.experiment.table.row_choice import choose_rows, sort_keys, top_rows
from gitexp.experiment.table.table import TableRequest, collect_table
from gitexp.experiment.table.where import parse_where
from gitexp.project import find_project
from gitexp.queue.rows import with_queue
from gitexp.screen.answer import as_dvc, write_answer, write_pieces
from gitexp.screen.cells import PRECISION
from gitexp.screen.pager import show_lines
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.show.data import show_csv_rows, show_json, show_markdown
from gitexp.screen.show.fit import Look
from gitexp.screen.show.group_view import GroupsAnswer, group_data, group_table
from gitexp.screen.show.table import show_table
from gitexp.screen.show_answer import StateData
from gitexp.screen.terminal import columns as terminal_columns
from gitexp.screen.terminal import has_colour, has_unicode
from gitexp.screen.text_table import write_csv

MOST_COLUMNS = 500  # of a file that are looked at for a table in which there is room for a few

ANSWER = as_dvc("exp show", list[StateData], ours=(GroupsAnswer,))


def command(
    rev: list[str] = REV,
    num: int = NUM,
    all_commits: bool = ALL_COMMITS,
    all_branches: bool = ALL_BRANCHES,
    all_tags: bool = ALL_TAGS,
    json: bool = typer.Option(False, "--json", help="Everything, in the schema of `dvc exp show --json`."),
    csv: bool = typer.Option(False, "--csv", help="Every column as CSV, floats whole."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    only_changed: bool = typer.Option(False, "--only-changed", help="Only columns in which rows differ."),
    drop: list[str] = typer.Option(None, "--drop", metavar="REGEX", help="Leave out columns. Repeatable."),
    keep: list[str] = typer.Option(
        None, "--keep", metavar="REGEX", help="Never leave these out. Repeatable."
    ),
    where: str = typer.Option(
        None,
        "--where",
        metavar="CONDITION",
        help="Only experiments of which this is true: 'val.loss < 0.2 and train.arch == \"resnet\"'. "
        "== != < <= > >= ~ (contains) in (…), and or not; `file:key` where a key alone is unclear.",
    ),
    sort_by: list[str] = typer.Option(
        None,
        "--sort-by",
        metavar="COLUMN",
        help="Sort experiments by metrics or params, the first first. Repeatable, or 'a,-b': -b descends.",
    ),
    minimize: list[str] = MINIMIZE,
    maximize: list[str] = MAXIMIZE,
    column: list[str] = typer.Option(
        None,
        "--columns",
        metavar="COLUMN",
        help="Only these, in this order; 'acc,train.*' is two, one a pattern. Repeatable.",
    ),
    group_by: list[str] = typer.Option(
        None,
        "--group-by",
        metavar="PARAM",
        help="One row for all experiments with the same value: n, mean ± deviation. Repeatable.",
    ),
    seeds: bool = typer.Option(
        False, "--seeds", help="One row for experiments that differ only in their seed: n, mean ± deviation."
    ),
    top: int = typer.Option(None, "--top", min=0, metavar="N", help="Only the first N experiments."),
    everything: bool = ALL,
    sort_order: str = typer.Option("asc", "--sort-order", metavar="asc|desc", help="Direction of --sort-by."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Significant digits of floats."),
    wide: bool = typer.Option(
        False, "--wide", help="All columns, however wide; scroll sideways in the pager."
    ),
    hide_workspace: bool = typer.Option(False, "--hide-workspace", help="Without the workspace."),
    hide_failed: bool = typer.Option(False, "--hide-failed", help="Without failed runs."),
    hide_queued: bool = typer.Option(False, "--hide-queued", help="Without what waits in the queue or runs."),
    interactive: bool = typer.Option(
        False, "-i", "--interactive", help="Walk about in it, as `exp ui` does."
    ),
    no_pager: bool = typer.Option(False, "--no-pager", help="Never page."),
    force: bool = typer.Option(
        False, "-f", "--force", help="Read everything anew, not what was cached of it."
    ),
) -> None:
    """Show experiments with their metrics and params. The table fits the terminal; --wide shows all of it."""
    # Ten thousand rows are a million objects without a cycle: looking for one takes a third of the time.
    gc.disable()
    if sort_order not in ("asc", "desc"):
        raise ExpError(f"`--sort-order` is asc or desc, not '{sort_order}'.")
    condition = None if where is None else parse_where(where)
    keys = sort_keys(sort_by or (), sort_order == "desc")
    baselines = Baselines(tuple(rev or ()), num, all_branches, all_tags, all_commits)
    project = find_project()
    # In the order in which they stand, no more are read than are shown.
    as_they_stand = condition is None and not keys and not (group_by or seeds or interactive)
    usual = None if json or csv or md else bound(MOST_LINES, None, everything)
    if usual is None and not (json or csv or md or everything):
        usual = MOST_ROWS
    most = usual if top is None else top
    read = most if as_they_stand else None
    request = TableRequest(baselines, not hide_workspace, not hide_failed, force, read)
    wishes = Wishes(tuple(minimize or ()), tuple(maximize or ()))
    names = tuple(name for word in column or () for name in word.split(",") if name)
    if interactive and not (json or csv or md or group_by or seeds):
        ui = deferred.module("gitexp.cli.ui")
        choice = ui.Choice(where or "", tuple(keys))
        ui.browse(project, ui.Wanted(request, not hide_queued, choice, wishes, names, precision))
        return
    groups = collect_table(project, request)
    groups = with_queue(project, groups, not hide_queued, not hide_failed)
    groups = choose_rows(groups, condition, keys, top)
    if group_by or seeds:
        by = [name for word in group_by or () for name in word.split(",")]
        sets = group_rows(groups, by, seeds, seed_keys(project.repo, groups) if seeds else ())
        if json:
            write_answer(group_data(sets))
        else:
            show_lines(
                group_table(sets, precision, md, has_unicode(), wishes, stdout_sheet()),
                not no_pager,
                chop=True,
            )
        return
    if json:
        write_pieces(show_json(groups))
        return
    groups, left_out = _first(groups, usual if top is None else None)
    chosen = names or drop or keep or only_changed or minimize or maximize
    grid = Grid(list(all_rows(groups)), None if chosen or wide or csv or md else MOST_COLUMNS)
    if names:
        columns = named_columns(grid.columns, names)
    else:
        wanted = grid.differs if only_changed else lambda _: True
        columns = choose_among(grid.columns, wanted, tuple(drop or ()), tuple(keep or ()))
    today = datetime.date.today()
    if csv:
        write_csv(sys.stdout, show_csv_rows(groups, grid, columns))
    elif md:
        sys.stdout.write("\n".join(show_markdown(groups, grid, columns, today, precision)) + "\n\n")
    elif groups:
        room = None if wide else terminal_columns()
        look = Look(room, has_colour(), has_unicode(), precision, today, wishes, bool(column))
        show_lines(show_table(groups, grid, columns, look), not no_pager, chop=True)
        tell_left_out(left_out, "experiments", None)


def _first(groups: Sequence[Group], most: int | None) -> tuple[list[Group], int]:
    """The first so many experiments of all groups together, as they stand, and how many are left out."""
    total = sum(len(group.rows) + group.more for group in groups)
    if most is None or total <= most:
        return list(groups), 0
    return top_rows(groups, most), total - most
