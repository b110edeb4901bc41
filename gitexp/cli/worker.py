"""`exp worker`: run one entry of the queue in this process; the jobs of engines are this."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.record import RunResult, State
from gitexp.project import find_project
from gitexp.queue.engines.registry import allocation_here
from gitexp.queue.task import run_task
from gitexp.screen.answer import one, write_answer
from gitexp.screen.run_events import TaskAnswer, task_data
from gitexp.screen.talk import visible

ANSWER = one(TaskAnswer)


def command(
    entry: str = typer.Argument(..., help="The id of the queue entry."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    json: bool = typer.Option(False, "--json", help="How it ended, as JSON."),
) -> Exit:
    """Run one entry of the queue and publish the result; do nothing when it runs or is done already.

    Engines (Slurm, …) run this on their nodes. Running it twice is safe.
    """
    project = find_project()
    result = run_task(project, entry, allocation_here(project), jobs=jobs)
    if json:
        write_answer(task_data(entry, result))
    elif result is None:
        sys.stdout.write(f"{entry}: nothing to do: it is done, removed, or run by another.\n")
    else:
        sys.stdout.write(visible(_words(result)) + "\n")
    return Exit.FAILED if result is not None and result.state is not State.SUCCESS else Exit.DONE


def _words(result: RunResult) -> str:
    return f"{result.name}: {result.state.value}" + (f": {result.error}" if result.error else "")
