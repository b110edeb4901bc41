"""`exp worker`: run one entry of the queue in this process; the jobs of engines are this."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gitexp.build.warden import engage
from gitexp.errors import Exit
from gitexp.experiment.record import RunResult, State
from gitexp.project import find_project
from gitexp.queue.engines.registry import allocation_here
from gitexp.queue.part_task import run_part_task
from gitexp.queue.task import run_task
from gitexp.screen.answer import one, write_answer
from gitexp.screen.run.events import TaskAnswer, task_data
from gitexp.screen.talk import visible

ANSWER = one(TaskAnswer)


def command(
    entry: str = typer.Argument(..., help="The id of the queue entry."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    stage: str = typer.Option(
        None, "--stage", help="Only this stage, ahead of the rest: nothing is committed."
    ),
    shared_by: Path = typer.Option(None, "--shared-by", help="A file of entries that need the stage, too."),
    json: bool = typer.Option(False, "--json", help="How it ended, as JSON."),
) -> Exit:
    """Run one entry of the queue and publish the result; do nothing when it runs or is done already.

    Engines (Slurm, …) run this on their nodes. Running it twice is safe.
    """
    engage()
    project = find_project()
    job = allocation_here(project)
    at_once = jobs or (job.cpus if job is not None else None)
    if stage is None:
        result = run_task(project, entry, job, jobs=at_once)
    else:
        needing = shared_by.read_text().split() if shared_by else [entry]
        result = run_part_task(project, needing, stage, job, jobs=at_once)
    if json:
        write_answer(task_data(entry, result))
    elif result is None:
        sys.stdout.write(f"{entry}: nothing to do: it is done, removed, or run by another.\n")
    else:
        sys.stdout.write(visible(_words(result)) + "\n")
    return Exit.FAILED if result is not None and result.state is not State.SUCCESS else Exit.DONE


def _words(result: RunResult) -> str:
    return f"{result.name}: {result.state.value}" + (f": {result.error}" if result.error else "")
