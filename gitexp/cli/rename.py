"""`exp rename`: give an experiment another name."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change.change import rename_experiment
from gitexp.experiment.change.change_there import rename_there
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.list_view import ExperimentData, experiment_data

ANSWER = one(ExperimentData)


def command(
    experiment: str = typer.Argument(help="Its name, or its commit."),
    name: str = typer.Argument(help="The new name."),
    force: bool = typer.Option(False, "-f", "--force", help="Replace an experiment of that name."),
    remote: str = typer.Option(
        None, "-g", "--git-remote", metavar="REMOTE", help="Rename it there, not here."
    ),
    json: bool = typer.Option(False, "--json", help="The experiment as it is now: name, rev, baseline, ref."),
) -> None:
    """Give an experiment another name. Its commit stays as it is."""
    project = find_project()
    if remote is not None:
        renamed = rename_there(project, remote, experiment, name, force)
    else:
        renamed = rename_experiment(project.repo, experiment, name, force)
    if json:
        write_answer(experiment_data(renamed))
        return
    sys.stdout.write(f"Renamed '{experiment}' to '{renamed.name}'.\n")
