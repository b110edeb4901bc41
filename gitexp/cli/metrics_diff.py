"""`exp metrics diff`: compare the metrics of two revisions."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.table.compare import compare_files
from gitexp.experiment.table.named_files import FileChoice, What, read_chosen
from gitexp.experiment.table.table import WORKSPACE
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.cells import PRECISION
from gitexp.screen.compare.diff_view import DiffStyle, ValueChange, diff_data, diff_table
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.unread import warn_unread

ANSWER = as_dvc("metrics diff", dict[str, dict[str, ValueChange]])


def command(
    old: str = typer.Argument(None, metavar="[A]", help="Old revision or experiment; HEAD by default."),
    new: str = typer.Argument(
        None, metavar="[B]", help="New revision or experiment; the workspace by default."
    ),
    targets: list[str] = typer.Option(
        None, "--targets", metavar="PATH...", help="Only these files or folders, metrics of dvc.yaml or not."
    ),
    recursive: bool = typer.Option(
        False, "-R", "--recursive", help="As DVC has it: folders always count whole."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged metrics too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc metrics diff`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Digits after the decimal point."),
) -> None:
    """Compare the metrics of two revisions."""
    revs = (old or "HEAD", new or WORKSPACE)
    pair = read_chosen(find_project(), revs, FileChoice(What.METRICS, tuple(targets or ())))
    warn_unread(dict(zip(revs, pair, strict=False)))
    changes = compare_files(pair[0], pair[1], everything) if pair else ()
    if json:
        write_as_dvc(diff_data(changes))
        return
    style = DiffStyle(
        "Metric",
        *revs,
        path=not no_path,
        precision=precision,
        rounded=True,
        judged=True,
        sheet=stdout_sheet(),
    )
    lines = diff_table(changes, style, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))
