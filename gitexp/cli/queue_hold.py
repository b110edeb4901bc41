"""`exp queue hold`: keep waiting experiments from being run until they are released."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import hold_entries
from gitexp.screen.queue_view import names


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
) -> None:
    """Keep waiting experiments from being run until they are released."""
    done = hold_entries(find_project(), tuple(experiments or ()))
    sys.stdout.write(f"Held: {names(done)}\n" if done else "Nothing to hold.\n")
