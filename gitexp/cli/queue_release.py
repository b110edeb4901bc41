"""`exp queue release`: let held experiments wait for their turn again."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import release_entries
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import QueueChange, changed_data
from gitexp.screen.queue.view import names

ANSWER = one(QueueChange)


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
    json: bool = typer.Option(False, "--json", help="What was released, as JSON."),
) -> None:
    """Let held experiments wait for their turn again."""
    done = release_entries(find_project().repo, tuple(experiments or ()))
    if json:
        write_answer(changed_data(done, Place.QUEUED))
        return
    sys.stdout.write(f"Released: {names(done)}\n" if done else "Nothing to release.\n")
