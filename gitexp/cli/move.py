"""`exp move`: give tracked data another path."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data.remove import move_data
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import UntrackedAnswer, untracked_json
from gitexp.screen.data.lines import untracked_lines

ANSWER = one(UntrackedAnswer)


def command(
    source: str = typer.Argument(metavar="SOURCE", help="A path that was added, or its .dvc file."),
    target: str = typer.Argument(metavar="TARGET", help="Its new path, or a folder to put it into."),
    json: bool = typer.Option(False, "--json", help="What was moved, as JSON."),
) -> None:
    """Rename data together with its .dvc file and its line in .gitignore. Nothing is hashed or copied."""
    done = move_data(find_project(), source, target)
    if json:
        write_answer(untracked_json(done))
        return
    sys.stdout.write("".join(f"{line}\n" for line in untracked_lines(done, "Tracked as")))
