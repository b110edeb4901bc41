"""`exp diff`: compare the metrics and params of two revisions."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.compare import compare
from gitexp.experiment.revisions import read_pair
from gitexp.project import find_project
from gitexp.screen.cells import PRECISION
from gitexp.screen.diff_view import DiffStyle, diff_data, diff_table
from gitexp.screen.json_text import to_json


def command(
    old: str = typer.Argument(None, metavar="[A]", help="Old revision or experiment; HEAD by default."),
    new: str = typer.Argument(
        None, metavar="[B]", help="New revision or experiment; the workspace by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged values too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc exp diff`."),
    md: bool = typer.Option(False, "--md", help="Markdown tables."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Significant digits of metrics."),
) -> None:
    """Compare metrics and params: what is new in B against A."""
    pair = read_pair(find_project(), old, new)
    if pair is None:
        sys.stdout.write("{}\n" if json else "")
        return
    found = compare(*pair, everything)
    if json:
        data = {"metrics": diff_data(found.metrics), "params": diff_data(found.params)}
        sys.stdout.write(to_json(data) + "\n")
        return
    names = (old or "HEAD", new or "workspace")
    no_number = "diff not supported" if md else "changed"
    metrics = DiffStyle("Metric", *names, path=not no_path, precision=precision, no_number=no_number)
    params = DiffStyle("Param", *names, path=not no_path, precision=None, no_number=no_number)
    tables = [diff_table(found.metrics, metrics, md), diff_table(found.params, params, md)]
    shown = tables if md else [table for table in tables if table]
    sys.stdout.write("\n\n".join("\n".join(table) for table in shown) + ("\n" if shown else ""))
