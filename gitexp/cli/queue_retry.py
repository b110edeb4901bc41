"""`exp queue retry`: queue failed experiments again, with what they were."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import retry_entries
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import QueueChange, changed_data
from gitexp.screen.queue.view import names

ANSWER = one(QueueChange)


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
    json: bool = typer.Option(False, "--json", help="What was queued again, as JSON."),
) -> None:
    """Queue failed experiments again, with what they were."""
    done = retry_entries(find_project().repo, tuple(experiments or ()))
    if json:
        write_answer(changed_data(done, Place.QUEUED))
        return
    sys.stdout.write(f"Queued again: {names(done)}\n" if done else "Nothing to retry.\n")
