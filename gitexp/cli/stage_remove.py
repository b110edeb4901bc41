"""`exp stage remove`: remove stages from dvc.yaml."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.change.stage_remove import remove_stages
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.pipeline_data import StagesRemoved, removed_data
from gitexp.screen.pipeline_lines import removed_lines
from gitexp.screen.talk import visible

ANSWER = one(StagesRemoved)


def command(
    targets: list[str] = typer.Argument(
        ..., metavar="STAGE...", help="Stages, or whole foreach and matrix groups."
    ),
    outs: bool = typer.Option(False, "--outs", help="Remove the files that they made, too."),
    json: bool = typer.Option(False, "--json", help="What was removed, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Remove stages, with their entries in dvc.lock and .gitignore. The files that they made stay."""
    project = find_project()
    removed = remove_stages(project, targets, outs)
    if json:
        write_answer(removed_data(removed))
    elif not quiet:
        sys.stdout.write(visible("\n".join(removed_lines(project, removed))) + "\n")
    return Exit.DONE
