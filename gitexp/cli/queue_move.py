"""`exp queue move`: make waiting experiments the next to run."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import move_to_front
from gitexp.screen.queue_view import names


def command(experiments: list[str] = typer.Argument(..., help="Names or ids.")) -> None:
    """Make waiting experiments the next to run."""
    done = move_to_front(find_project().repo, experiments)
    sys.stdout.write(f"Next: {names(done)}\n" if done else "Nothing to move.\n")
