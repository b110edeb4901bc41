"""`exp params diff`: compare the params of two revisions."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.compare import compare_files
from gitexp.experiment.revisions import read_pair
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.diff_view import DiffStyle, ValueChange, diff_data, diff_table

ANSWER = as_dvc("params diff", dict[str, dict[str, ValueChange]])


def command(
    old: str = typer.Argument(None, metavar="[A]", help="Old revision or experiment; HEAD by default."),
    new: str = typer.Argument(
        None, metavar="[B]", help="New revision or experiment; the workspace by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged params too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc params diff`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
) -> None:
    """Compare the params of two revisions."""
    pair = read_pair(find_project(), old, new)
    changes = compare_files(pair[0].params, pair[1].params, everything) if pair else ()
    if json:
        write_as_dvc(diff_data(changes))
        return
    style = DiffStyle(
        "Param", old or "HEAD", new or "workspace", path=not no_path, change=False, precision=None
    )
    lines = diff_table(changes, style, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))
