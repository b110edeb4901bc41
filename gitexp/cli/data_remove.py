"""`exp data remove`: stop tracking data."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data.remove import remove_data
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import UntrackedAnswer, untracked_json
from gitexp.screen.data.lines import untracked_lines

ANSWER = one(UntrackedAnswer)


def command(
    targets: list[str] = typer.Argument(metavar="TARGET...", help="Paths that were added, or .dvc files."),
    outs: bool = typer.Option(False, "--outs", help="Remove the data from the workspace too."),
    json: bool = typer.Option(False, "--json", help="What was removed, as JSON."),
) -> None:
    """Remove .dvc files and their lines in .gitignore. What is in the cache stays there until `exp gc`."""
    done = remove_data(find_project(), targets, outs)
    if json:
        write_answer(untracked_json(done))
        return
    sys.stdout.write("".join(f"{line}\n" for line in untracked_lines(done, "No longer tracked")))
