"""`exp queue release`: let held experiments wait for their turn again."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import release_entries
from gitexp.screen.queue_view import names


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids; all of them by default."),
) -> None:
    """Let held experiments wait for their turn again."""
    done = release_entries(find_project().repo, tuple(experiments or ()))
    sys.stdout.write(f"Released: {names(done)}\n" if done else "Nothing to release.\n")
