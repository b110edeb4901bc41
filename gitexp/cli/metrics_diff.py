"""`exp metrics diff`: compare the metrics of two revisions."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.compare import compare_files
from gitexp.experiment.revisions import read_pair
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.cells import PRECISION
from gitexp.screen.diff_view import DiffStyle, ValueChange, diff_data, diff_table

ANSWER = as_dvc("metrics diff", dict[str, dict[str, ValueChange]])


def command(
    old: str = typer.Argument(None, metavar="[A]", help="Old revision or experiment; HEAD by default."),
    new: str = typer.Argument(
        None, metavar="[B]", help="New revision or experiment; the workspace by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged metrics too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc metrics diff`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Digits after the decimal point."),
) -> None:
    """Compare the metrics of two revisions."""
    pair = read_pair(find_project(), old, new)
    changes = compare_files(pair[0].metrics, pair[1].metrics, everything) if pair else ()
    if json:
        write_as_dvc(diff_data(changes))
        return
    style = DiffStyle(
        "Metric", old or "HEAD", new or "workspace", path=not no_path, precision=precision, rounded=True
    )
    lines = diff_table(changes, style, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))
