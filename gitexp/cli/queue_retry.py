"""`exp queue retry`: queue failed experiments again, with what they were."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import retry_entries
from gitexp.screen.queue_view import names


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
) -> None:
    """Queue failed experiments again, with what they were."""
    done = retry_entries(find_project().repo, tuple(experiments or ()))
    sys.stdout.write(f"Queued again: {names(done)}\n" if done else "Nothing to retry.\n")
