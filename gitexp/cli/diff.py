"""`exp diff`: compare the metrics, params, data and code of two or more revisions."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from gitexp import deferred
from gitexp.errors import Exit, ExpError
from gitexp.experiment.compare import compare, contrast_files
from gitexp.experiment.revisions import read_code_diff, read_many, read_pair
from gitexp.experiment.table import WORKSPACE
from gitexp.pipeline.stage import Value
from gitexp.project import Project, find_project
from gitexp.screen.cells import PRECISION
from gitexp.screen.contrast_view import contrast_data, contrast_table
from gitexp.screen.diff_view import DiffStyle, diff_data, diff_table
from gitexp.screen.json_text import to_json
from gitexp.screen.pager import show_lines
from gitexp.screen.terminal import has_colour


def command(
    revs: list[str] = typer.Argument(
        None, metavar="[A] [B]...", help="Revisions or experiments; HEAD and the workspace by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged values too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc exp diff`; more with -p and --data."),
    md: bool = typer.Option(False, "--md", help="Markdown tables."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Significant digits of metrics."),
    patch: bool = typer.Option(False, "-p", "--patch", help="The code too, as `git diff` shows it."),
    data: bool = typer.Option(False, "--data", help="Data files that were added, deleted, modified."),
) -> None:
    """Compare metrics and params: what is new in B against A, or of three and more side by side."""
    named = tuple(revs or ())
    names = named if len(named) > 1 else (named[0] if named else "HEAD", WORKSPACE)
    if len(names) > 2 and (patch or data):
        raise ExpError("`-p` and `--data` compare two revisions.", exit_code=Exit.USAGE)
    project = find_project()
    no_number = "diff not supported" if md else "changed"
    metrics = DiffStyle(
        "Metric", names[0], names[1], path=not no_path, precision=precision, no_number=no_number
    )
    params = DiffStyle("Param", names[0], names[1], path=not no_path, precision=None, no_number=no_number)
    if len(names) == 2:
        tables, record = _two(project, names[0], names[1], everything, metrics, params, md)
    else:
        tables, record = _many(project, names, everything, metrics, params, md)
    code = read_code_diff(project, names[0], names[1], has_colour() and not json) if patch else []
    if json:
        if data:
            record["data"] = deferred.module("gitexp.cli.diff_data").data_record(project, *names)
        if patch:
            record["patch"] = "\n".join(code)
        sys.stdout.write(to_json(record) + "\n")
        return
    if data:
        tables.append(deferred.module("gitexp.cli.diff_data").data_lines(project, *names))
    shown = [*(tables if md else [table for table in tables if table]), *([code] if code else [])]
    lines = [line for i, table in enumerate(shown) for line in [*([""] if i else []), *table]]
    show_lines(lines, chop=not patch)


def _two(
    project: Project, old: str, new: str, everything: bool, metrics: DiffStyle, params: DiffStyle, md: bool
) -> tuple[list[list[str]], dict[str, Value]]:
    """The tables, and the data of --json."""
    pair = read_pair(project, old, new)
    if pair is None:
        return [], {}
    found = compare(*pair, everything)
    tables = [diff_table(found.metrics, metrics, md), diff_table(found.params, params, md)]
    return tables, {"metrics": diff_data(found.metrics), "params": diff_data(found.params)}


def _many(
    project: Project,
    names: Sequence[str],
    everything: bool,
    metrics: DiffStyle,
    params: DiffStyle,
    md: bool,
) -> tuple[list[list[str]], dict[str, Value]]:
    values = read_many(project, names)
    measured = contrast_files([one.metrics for one in values], everything)
    chosen = contrast_files([one.params for one in values], everything)
    tables = [
        contrast_table(measured, names, metrics, md, True),
        contrast_table(chosen, names, params, md, False),
    ]
    return tables, {"metrics": contrast_data(measured, names), "params": contrast_data(chosen, names)}
