"""`exp queue work`: be a worker in this process; `exp queue start` starts these."""

from __future__ import annotations

import typer

from gitexp.build.warden import engage
from gitexp.cli.stage_options import GPUS
from gitexp.project import find_project
from gitexp.queue.foreground import run_queue
from gitexp.screen.answer import lines
from gitexp.screen.run.event_shapes import RUN_LINES
from gitexp.screen.run.view import open_run_view

ANSWER = lines(*RUN_LINES)


def command(
    jobs: int = typer.Option(1, "-j", "--jobs", min=1, help="How many experiments at once."),
    gpus: str = GPUS,
    json: bool = typer.Option(False, "--json", help="One JSON object a line, as things happen."),
) -> None:
    """Run what is queued in this process, without a view, until nothing waits."""
    engage()
    if not json:
        run_queue(find_project(), jobs, gpus=gpus)
        return
    with open_run_view(json=True) as view:
        results = run_queue(find_project(), jobs, view, gpus=gpus)
    view.report(results)
