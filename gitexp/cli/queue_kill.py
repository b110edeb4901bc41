"""`exp queue kill`: stop running experiments; each is kept as interrupted."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import kill_entries
from gitexp.screen.queue_view import names


def command(experiments: list[str] = typer.Argument(..., help="Names or ids.")) -> None:
    """Stop running experiments; each is kept as interrupted."""
    done = kill_entries(find_project(), experiments)
    sys.stdout.write(f"Asked to stop: {names(done)}\n" if done else "Nothing to kill.\n")
