"""`exp branch`: make a branch from an experiment."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change.change import branch_experiment
from gitexp.git.refs import read_ref
from gitexp.project import find_project
from gitexp.queue.named import commit_of_entry
from gitexp.screen.answer import one, write_answer
from gitexp.screen.change_data import BranchAnswer, branch_data
from gitexp.screen.talk import say_next

ANSWER = one(BranchAnswer)


def command(
    experiment: str = typer.Argument(help="Its name, or any revision that Git knows."),
    branch: str = typer.Argument(None, help="The branch's name; EXPERIMENT-branch by default."),
    json: bool = typer.Option(False, "--json", help="The branch: name, rev, ref."),
) -> None:
    """Make a branch at an experiment's commit, without checking it out."""
    project = find_project()
    entry = commit_of_entry(project, experiment)
    name = branch_experiment(project.repo, entry or experiment, branch or (entry and f"{experiment}-branch"))
    if json:
        ref = f"refs/heads/{name}"
        write_answer(branch_data(name, read_ref(project.repo, ref) or "", ref))
        return
    sys.stdout.write(f"Branch '{name}' begins at '{experiment}'.\n")
    say_next(f"git switch {name}")
