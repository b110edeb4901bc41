"""`exp logs`: what the stages of a run printed, whether it runs, failed or is an experiment."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.follow import read_log
from gitexp.queue.named import find_log


def command(
    name: str = typer.Argument(..., help="A run's, an experiment's or a queue entry's name or id."),
    follow: bool = typer.Option(False, "-f", "--follow", help="Go on while it runs."),
) -> None:
    """What the stages of a run printed, all of it."""
    for part in read_log(find_log(find_project().repo, name), follow):
        sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
