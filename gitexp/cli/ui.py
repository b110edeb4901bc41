"""`exp ui`: the table of `exp show` to walk about in."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from functools import partial
from importlib.util import find_spec

import typer

from gitexp import deferred
from gitexp.cli.table_options import ALL_BRANCHES, ALL_COMMITS, ALL_TAGS, NUM, REV
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.record import Group
from gitexp.experiment.table.best import Wishes
from gitexp.experiment.table.columns import all_rows, find_columns, named_columns
from gitexp.experiment.table.row_choice import sort_keys, top_rows
from gitexp.experiment.table.table import TableRequest, collect_table
from gitexp.project import Project, find_project
from gitexp.queue.rows import with_queue
from gitexp.screen.answer import as_dvc, write_pieces
from gitexp.screen.cells import PRECISION
from gitexp.screen.live_screen import live_screen
from gitexp.screen.show.data import show_json
from gitexp.screen.show_answer import StateData
from gitexp.screen.terminal import columns, has_colour, has_unicode, rows
from gitexp.screen.ui.paint import Window
from gitexp.screen.ui.picture import draw_first
from gitexp.screen.ui.sheet import Choice, Sheet

ANSWER = as_dvc("exp show", list[StateData])


_AT_ONCE = 300  # rows that are looked at for the first picture: the screen holds fewer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for: which rows, and how the table looks at first."""

    request: TableRequest = TableRequest()
    queued: bool = True
    choice: Choice = Choice()
    wishes: Wishes = Wishes()
    columns: tuple[str, ...] = ()  # those alone
    precision: int = PRECISION


def command(
    rev: list[str] = REV,
    num: int = NUM,
    all_commits: bool = ALL_COMMITS,
    all_branches: bool = ALL_BRANCHES,
    all_tags: bool = ALL_TAGS,
    where: str = typer.Option(
        "", "--where", metavar="CONDITION", help="Only experiments of which this is true, as in `exp show`."
    ),
    sort_by: list[str] = typer.Option(
        None, "--sort-by", metavar="COLUMN", help="Sort experiments by metrics or params; -COLUMN descends."
    ),
    json: bool = typer.Option(False, "--json", help="Not interactive: what `exp show --json` says."),
) -> None:
    """Browse experiments: sort, filter, mark, compare, read logs, apply. `?` shows the keys, `q` leaves."""
    baselines = Baselines(tuple(rev or ()), num, all_branches, all_tags, all_commits)
    wanted = Wanted(TableRequest(baselines), choice=Choice(where, tuple(sort_keys(sort_by or (), False))))
    project = find_project()
    if json:
        sheet = Sheet(read_rows(project, wanted), wanted.choice)
        write_pieces(show_json(sheet.chosen_groups()))
    else:
        browse(project, wanted)


def read_rows(project: Project, wanted: Wanted) -> list[Group]:
    """The rows of `exp show`."""
    groups = collect_table(project, wanted.request)
    return with_queue(project, groups, wanted.queued, wanted.request.failed)


def _sheet(groups: Sequence[Group], wanted: Wanted, beyond: int = 0) -> Sheet:
    sheet = Sheet(groups, wanted.choice, wanted.wishes, wanted.precision, beyond=beyond)
    if wanted.columns:
        chosen = named_columns(find_columns(list(all_rows(groups))), wanted.columns)
        sheet.show_fields(column.title for column in chosen)
    return sheet


def browse(project: Project, wanted: Wanted) -> None:
    """Have the terminal until the user leaves. Raises ExpError without a terminal, and without Textual."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        raise ExpError("this needs a terminal.", "`exp show` prints the table, `exp show --json` all of it.")
    if find_spec("textual") is None:
        raise ExpError("the interactive table needs Textual.", "pip install 'gitexp[ui]'")
    # Ten thousand rows are a million objects without a cycle: looking for one takes a third of the time.
    gc.disable()
    groups = read_rows(project, wanted)
    if not groups:
        raise ExpError("there is no commit yet.", "commit, then `exp run`.")
    with live_screen():
        size = columns(), rows()
        many = sum(len(group.rows) for group in groups) - _AT_ONCE
        if many > 0 and wanted.choice == Choice():
            first = _sheet(top_rows(groups, _AT_ONCE), wanted, many)
            draw_first(Window(first, has_unicode()), project.root.name, size, has_colour())
        window = Window(_sheet(groups, wanted), has_unicode())
        draw_first(window, project.root.name, size, has_colour())
        session = deferred.module("gitexp.cli.ui_session")
        gc.freeze()
        gc.enable()
        session.open_browser(project, window, partial(read_rows, project, wanted)).have_terminal()
