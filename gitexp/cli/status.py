"""`exp status`: which stages are not up to date, and why."""

from __future__ import annotations

import sys

import typer

from gitexp.build.status import as_dvc_data
from gitexp.content import Value
from gitexp.experiment.run.workspace import workspace_status
from gitexp.experiment.scope import caller_dir
from gitexp.pipeline.select import address_from
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.status_view import status_lines

ANSWER = as_dvc("status", dict[str, list[str | dict[str, Value]]])


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Stages to look at; all by default."
    ),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc status`."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Say nothing; exit with 1 if something changed."),
) -> int:
    """Show which stages changed since they last ran, and what it was that changed."""
    project = find_project()
    folder = caller_dir(project)
    found = [
        (address_from(changed.stage, folder), changed)
        for changed in workspace_status(project, tuple(targets or ()))
    ]
    if quiet:
        return 1 if found else 0
    if json:
        write_as_dvc({name: as_dvc_data(changed) for name, changed in found})
    elif found:
        sys.stdout.write("".join(f"{line}\n" for line in status_lines(found)))
    else:
        sys.stdout.write("Data and pipelines are up to date.\n")
    return 0
