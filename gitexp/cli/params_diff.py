"""`exp params diff`: compare the params of two revisions."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.table.compare import compare_files
from gitexp.experiment.table.named_files import FileChoice, What, read_chosen
from gitexp.experiment.table.table import WORKSPACE
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.compare.diff_view import DiffStyle, ValueChange, diff_data, diff_table
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.unread import warn_unread

ANSWER = as_dvc("params diff", dict[str, dict[str, ValueChange]])


def command(
    old: str = typer.Argument(None, metavar="[A]", help="Old revision or experiment; HEAD by default."),
    new: str = typer.Argument(
        None, metavar="[B]", help="New revision or experiment; the workspace by default."
    ),
    targets: list[str] = typer.Option(
        None, "--targets", metavar="PATH...", help="Only these files, params of dvc.yaml or not."
    ),
    deps: bool = typer.Option(False, "--deps", help="Only params that stages depend on."),
    everything: bool = typer.Option(False, "--all", help="Unchanged params too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc params diff`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
) -> None:
    """Compare the params of two revisions."""
    revs = (old or "HEAD", new or WORKSPACE)
    pair = read_chosen(find_project(), revs, FileChoice(What.PARAMS, tuple(targets or ()), deps))
    warn_unread(dict(zip(revs, pair, strict=False)))
    changes = compare_files(pair[0], pair[1], everything) if pair else ()
    if json:
        write_as_dvc(diff_data(changes))
        return
    style = DiffStyle("Param", *revs, path=not no_path, change=False, precision=None, sheet=stdout_sheet())
    lines = diff_table(changes, style, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))
