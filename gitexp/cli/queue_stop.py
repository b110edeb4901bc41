"""`exp queue stop`: send the workers home."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import stop_workers, wait_until_home

_PATIENCE = 30.0  # seconds that `--kill` waits for the stages to end


def command(
    kill: bool = typer.Option(False, "--kill", help="Stop what they run, too; it is kept as interrupted."),
) -> None:
    """Send the workers home after what they run now."""
    repo = find_project().repo
    told = stop_workers(repo, kill)
    if not told:
        sys.stdout.write("No worker is at work.\n")
        return
    plural = "s" if len(told) > 1 else ""
    if not kill:
        sys.stdout.write(f"{len(told)} worker{plural} will go home after the experiment that runs now.\n")
        return
    left = wait_until_home(repo, told, _PATIENCE)
    sys.stdout.write(f"Stopped {len(told) - len(left)} of {len(told)} worker{plural}.\n")
