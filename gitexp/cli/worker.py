"""`exp worker`: run one entry of the queue in this process; the jobs of engines are this."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.record import State
from gitexp.project import find_project
from gitexp.queue.task import run_task
from gitexp.screen.talk import visible


def command(
    entry: str = typer.Argument(..., help="The id of the queue entry."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
) -> Exit:
    """Run one entry of the queue and publish the result; do nothing when it runs or is done already.

    Engines (Slurm, …) run this on their nodes. Running it twice is safe.
    """
    result = run_task(find_project(), entry, jobs=jobs)
    if result is None:
        sys.stdout.write(f"{entry}: nothing to do: it is done, removed, or run by another.\n")
        return Exit.DONE
    words = f"{result.name}: {result.state.value}" + (f": {result.error}" if result.error else "")
    sys.stdout.write(visible(words) + "\n")
    return Exit.DONE if result.state is State.SUCCESS else Exit.FAILED
