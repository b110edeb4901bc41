"""`exp freeze`: keep stages from being run again, whatever changes upstream."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.change.freeze import freeze
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.pipeline_data import FrozenAnswer, frozen_data
from gitexp.screen.pipeline_lines import frozen_lines
from gitexp.screen.talk import visible

ANSWER = one(FrozenAnswer)


def command(
    targets: list[str] = typer.Argument(..., metavar="TARGET...", help="Stages, groups, .dvc files."),
    json: bool = typer.Option(False, "--json", help="What was changed, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Mark stages as frozen: they are not run again, nor is what only they need."""
    return set_frozen(targets, True, json, quiet)


def set_frozen(targets: list[str], frozen: bool, json: bool, quiet: bool) -> int:
    """Write the mark and say where."""
    project = find_project()
    changed = freeze(project, targets, frozen)
    if json:
        write_answer(frozen_data(changed, frozen))
    elif not quiet:
        sys.stdout.write(visible("\n".join(frozen_lines(project, changed, frozen))) + "\n")
    return Exit.DONE
