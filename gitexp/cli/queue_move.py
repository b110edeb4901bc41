"""`exp queue move`: make waiting experiments the next to run."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import move_to_front
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import QueueChange, changed_data
from gitexp.screen.queue.view import names

ANSWER = one(QueueChange)


def command(
    experiments: list[str] = typer.Argument(..., help="Names or ids."),
    json: bool = typer.Option(False, "--json", help="What comes next, as JSON."),
) -> None:
    """Make waiting experiments the next to run."""
    done = move_to_front(find_project().repo, experiments)
    if json:
        write_answer(changed_data(done, Place.QUEUED))
        return
    sys.stdout.write(f"Next: {names(done)}\n" if done else "Nothing to move.\n")
