"""`exp diff`: compare the metrics, params, environments, data and code of two or more revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.environment.record import environment_values
from gitexp.experiment.table.compare import compare, compare_files, contrast_files
from gitexp.experiment.table.revisions import Revised, read_code_diff, read_revised
from gitexp.experiment.table.table import WORKSPACE
from gitexp.git.repo import read_head
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.cells import PRECISION, one_line
from gitexp.screen.compare.contrast_view import contrast_data, contrast_table
from gitexp.screen.compare.diff_view import DiffAnswer, DiffStyle, diff_data, diff_table
from gitexp.screen.history.environment_view import environment_summary, environment_table, environments_table
from gitexp.screen.pager import show_lines
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.talk import say
from gitexp.screen.terminal import has_colour

ANSWER = as_dvc("exp diff", DiffAnswer)


@dataclass(frozen=True, slots=True)
class _Form:
    """How it is written."""

    names: tuple[str, ...]
    metrics: DiffStyle
    params: DiffStyle
    everything: bool
    md: bool
    env: bool


def command(
    revs: list[str] = typer.Argument(
        None, metavar="[A] [B]...", help="Revisions or experiments; HEAD and the workspace by default."
    ),
    everything: bool = typer.Option(False, "--all", help="Unchanged values too."),
    json: bool = typer.Option(
        False, "--json", help="The JSON of `dvc exp diff`; more with -p, --data and --env."
    ),
    md: bool = typer.Option(False, "--md", help="Markdown tables."),
    no_path: bool = typer.Option(False, "--no-path", help="Leave out the files' names."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Significant digits of metrics."),
    patch: bool = typer.Option(False, "-p", "--patch", help="The code too, as `git diff` shows it."),
    data: bool = typer.Option(False, "--data", help="Data files that were added, deleted, modified."),
    env: bool = typer.Option(False, "--env", help="Interpreter, packages and machine that runs found."),
) -> None:
    """Compare metrics and params: what is new in B against A, or of three and more side by side."""
    named = tuple(revs or ())
    names = named if len(named) > 1 else (named[0] if named else "HEAD", WORKSPACE)
    if len(names) > 2 and (patch or data):
        raise ExpError("`-p` and `--data` compare two revisions.", exit_code=Exit.USAGE)
    project = find_project()
    no_number = "diff not supported" if md else "changed"
    metrics = DiffStyle(
        "Metric",
        names[0],
        names[1],
        path=not no_path,
        precision=precision,
        no_number=no_number,
        judged=True,
        sheet=stdout_sheet(),
    )
    params = replace(metrics, title="Param", precision=None, judged=False)
    form = _Form(names, metrics, params, everything, md, env)
    found = read_revised(project, names) if read_head(project.repo).commit else []
    tables, record = (_two if len(names) == 2 else _many)(found, form) if found else ([], {})
    code = read_code_diff(project, names[0], names[1], has_colour() and not json) if patch else []
    if json:
        if data:
            record["data"] = deferred.module("gitexp.cli.diff_data").data_record(project, *names)
        if patch:
            record["patch"] = "\n".join(code)
        write_as_dvc(record)
        return
    if data:
        tables.append(deferred.module("gitexp.cli.diff_data").data_lines(project, *names))
    shown = [*(tables if md else [table for table in tables if table]), *([code] if code else [])]
    lines = [line for i, table in enumerate(shown) for line in [*([""] if i else []), *table]]
    show_lines(lines, chop=not patch)


def _two(found: Sequence[Revised], form: _Form) -> tuple[list[list[str]], DiffAnswer]:
    """The tables, and the data of --json."""
    changes = compare(found[0].values, found[1].values, form.everything)
    tables = [
        diff_table(changes.metrics, form.metrics, form.md),
        diff_table(changes.params, form.params, form.md),
    ]
    record: DiffAnswer = {"metrics": diff_data(changes.metrics), "params": diff_data(changes.params)}
    known = _environments_known(found, form)
    around = [environment_values(one.environment) for one in found]
    apart = compare_files(around[0], around[1], form.everything and form.env) if known else ()
    if form.env:
        tables.append(environment_table(apart, form.names, form.md, form.params.sheet) or _same(known))
        record["environment"] = diff_data(apart) if known else None
    elif not form.md:
        tables.append(environment_summary(apart))
    return tables, record


def _many(found: Sequence[Revised], form: _Form) -> tuple[list[list[str]], DiffAnswer]:
    measured = contrast_files([one.values.metrics for one in found], form.everything)
    chosen = contrast_files([one.values.params for one in found], form.everything)
    tables = [
        contrast_table(measured, form.names, form.metrics, form.md, True),
        contrast_table(chosen, form.names, form.params, form.md, False),
    ]
    record: DiffAnswer = {
        "metrics": contrast_data(measured, form.names),
        "params": contrast_data(chosen, form.names),
    }
    if form.env:
        known = _environments_known(found, form)
        around = [environment_values(one.environment) for one in found]
        apart = contrast_files(around, form.everything) if known else ()
        tables.append(environments_table(apart, form.names, form.md, form.params.sheet) or _same(known))
        record["environment"] = contrast_data(apart, form.names) if known else None
    return tables, record


def _environments_known(found: Sequence[Revised], form: _Form) -> bool:
    """Whether there is something to compare; those who asked for it are told of what there is nothing."""
    unknown = [name for name, one in zip(form.names, found, strict=True) if one.environment is None]
    if unknown and form.env:
        told = ", ".join(map(one_line, unknown))
        say(f"No environment is known of {told}: none was recorded, or `exp fetch` has to bring it.")
    return not unknown


def _same(known: bool) -> list[str]:
    return ["The environments are the same."] if known else []
