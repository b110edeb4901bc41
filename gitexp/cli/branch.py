"""`exp branch`: make a branch from an experiment."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change import branch_experiment
from gitexp.project import find_project


def command(
    experiment: str = typer.Argument(help="Its name, or any revision that Git knows."),
    branch: str = typer.Argument(None, help="The branch's name; EXPERIMENT-branch by default."),
) -> None:
    """Make a branch at an experiment's commit, without checking it out."""
    name = branch_experiment(find_project().repo, experiment, branch)
    sys.stdout.write(f"Branch '{name}' begins at '{experiment}'.\n\nNext: git switch {name}\n")
