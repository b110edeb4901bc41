"""`exp freeze`: keep stages from being run again, whatever changes upstream."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.freeze import freeze
from gitexp.project import find_project
from gitexp.screen.pipeline_lines import frozen_lines
from gitexp.screen.talk import visible


def command(
    targets: list[str] = typer.Argument(..., metavar="TARGET...", help="Stages, groups, .dvc files."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Mark stages as frozen: they are not run again, nor is what only they need."""
    return set_frozen(targets, True, quiet)


def set_frozen(targets: list[str], frozen: bool, quiet: bool) -> int:
    """Write the mark and say where."""
    project = find_project()
    changed = freeze(project, targets, frozen)
    if not quiet:
        sys.stdout.write(visible("\n".join(frozen_lines(project, changed, frozen))) + "\n")
    return Exit.DONE
