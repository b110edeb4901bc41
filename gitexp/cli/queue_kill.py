"""`exp queue kill`: stop running experiments; each is kept as interrupted."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import kill_entries
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import QueueChange, changed_data
from gitexp.screen.queue.view import names

ANSWER = one(QueueChange)


def command(
    experiments: list[str] = typer.Argument(..., help="Names or ids."),
    json: bool = typer.Option(False, "--json", help="What was asked to stop, as JSON."),
) -> None:
    """Stop running experiments; each is kept as interrupted."""
    done = kill_entries(find_project(), experiments)
    if json:
        write_answer(changed_data(done, Place.RUNNING))
        return
    sys.stdout.write(f"Asked to stop: {names(done)}\n" if done else "Nothing to kill.\n")
