"""`exp queue work`: be a worker in this process; `exp queue start` starts these."""

from __future__ import annotations

import typer

from gitexp.cli.stage_options import GPUS
from gitexp.project import find_project
from gitexp.queue.foreground import run_queue


def command(
    jobs: int = typer.Option(1, "-j", "--jobs", min=1, help="How many experiments at once."),
    gpus: str = GPUS,
) -> None:
    """Run what is queued in this process, without a view, until nothing waits."""
    run_queue(find_project(), jobs, gpus=gpus)
