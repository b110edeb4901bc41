"""`exp queue start`: detached workers that run what is queued and then go home."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.stage_options import GPUS
from gitexp.experiment.devices import parse_devices
from gitexp.project import find_project
from gitexp.queue.board import board_folder
from gitexp.queue.crew import start_workers


def command(
    jobs: int = typer.Option(1, "-j", "--jobs", min=1, help="How many experiments at once: one worker each."),
    gpus: str = GPUS,
) -> None:
    """Start workers in the background. They run what is queued, survive this terminal, and then go home."""
    project = find_project()
    parse_devices(gpus or "")
    devices = [] if gpus is None else ["--gpus", gpus]
    start_workers(board_folder(project.repo), ["gitexp.cli", "queue", "work", *devices], jobs, project.root)
    sys.stdout.write(
        f"Started {jobs} worker{'s' if jobs > 1 else ''} in the background.\n"
        "`exp queue status` shows how they get on, `exp queue stop` sends them home.\n"
    )
