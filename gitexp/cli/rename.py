"""`exp rename`: give an experiment another name."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change import rename_experiment
from gitexp.project import find_project


def command(
    experiment: str = typer.Argument(help="Its name, or its commit."),
    name: str = typer.Argument(help="The new name."),
    force: bool = typer.Option(False, "-f", "--force", help="Replace an experiment of that name."),
) -> None:
    """Give an experiment another name. Its commit stays as it is."""
    renamed = rename_experiment(find_project().repo, experiment, name, force)
    sys.stdout.write(f"Renamed '{experiment}' to '{renamed.name}'.\n")
