"""`exp apply`: bring an experiment's code, params and data into the workspace."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.apply import apply_experiment
from gitexp.project import Project, find_project
from gitexp.queue.named import commit_of_entry
from gitexp.screen.apply_lines import applied_lines, kept_lines
from gitexp.screen.talk import say, visible


def command(
    experiment: str = typer.Argument(help="Its name, or any revision that Git knows."),
    force: bool = typer.Option(False, "-f", "--force", help="Accepted: nothing is ever lost.", hidden=True),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Say only what was overwritten or is missing."),
) -> None:
    """Make your files equal to an experiment's. Branch and index stay; overwritten changes are kept."""
    apply(find_project(), experiment, quiet)


def apply(project: Project, word: str, quiet: bool) -> None:
    """Apply and say what changed; with `quiet` only what was overwritten or is missing."""
    applied = apply_experiment(project, commit_of_entry(project, word) or word)
    if not quiet:
        sys.stdout.write(visible("\n".join(applied_lines(applied))) + "\n")
    for line in kept_lines(applied):
        say(line)
