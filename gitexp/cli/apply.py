"""`exp apply`: bring an experiment's code, params and data into the workspace."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change.apply import Applied, apply_experiment
from gitexp.project import Project, find_project
from gitexp.queue.named import commit_of_entry
from gitexp.screen.answer import one, write_answer, write_line
from gitexp.screen.apply_lines import applied_lines, kept_lines
from gitexp.screen.change_data import ApplyAnswer, applied_line, apply_data
from gitexp.screen.talk import say, visible

ANSWER = one(ApplyAnswer)


def command(
    experiment: str = typer.Argument(help="Its name, or any revision that Git knows."),
    force: bool = typer.Option(False, "-f", "--force", help="Accepted: nothing is ever lost.", hidden=True),
    json: bool = typer.Option(False, "--json", help="What changed, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Say only what was overwritten or is missing."),
) -> None:
    """Make your files equal to an experiment's. Branch and index stay; overwritten changes are kept."""
    project = find_project()
    applied = apply_experiment(project, commit_of_entry(project, experiment) or experiment)
    if json:
        write_answer(apply_data(applied))
    _tell(applied, quiet or json)


def apply_result(project: Project, ref: str, json: bool, quiet: bool) -> None:
    """What `exp run --apply` does with the experiment that it made."""
    applied = apply_experiment(project, ref)
    if json:
        write_line(applied_line(applied))
    _tell(applied, quiet or json)


def _tell(applied: Applied, quiet: bool) -> None:
    """Say what changed; with `quiet` only what was overwritten or is missing."""
    if not quiet:
        sys.stdout.write(visible("\n".join(applied_lines(applied))) + "\n")
    for line in kept_lines(applied):
        say(line)
