"""`exp queue hold`: keep waiting experiments from being run until they are released."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import hold_entries
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import QueueChange, changed_data
from gitexp.screen.queue.view import names

ANSWER = one(QueueChange)


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
    json: bool = typer.Option(False, "--json", help="What is held, as JSON."),
) -> None:
    """Keep waiting experiments from being run until they are released."""
    done = hold_entries(find_project(), tuple(experiments or ()))
    if json:
        write_answer(changed_data(done, Place.HELD))
        return
    sys.stdout.write(f"Held: {names(done)}\n" if done else "Nothing to hold.\n")
