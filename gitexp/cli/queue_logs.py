"""`exp queue logs`: what the stages of a queued experiment printed."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.follow import read_log
from gitexp.queue.named import find_log


def command(
    experiment: str = typer.Argument(..., help="Its name or id."),
    follow: bool = typer.Option(False, "-f", "--follow", help="Go on while it runs."),
) -> None:
    """What the stages of a queued experiment printed, all of it."""
    for part in read_log(find_log(find_project().repo, experiment), follow):
        sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
