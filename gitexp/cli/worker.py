"""`exp worker`: run entries of the queue in this process; the jobs of engines are this."""

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
from gitexp.queue.task import Pace, run_tasks
from gitexp.screen.answer import lines, write_line
from gitexp.screen.run.event_shapes import TaskLine
from gitexp.screen.run.events import task_line
from gitexp.screen.talk import visible

ANSWER = lines(TaskLine)


def command(
    entries: list[str] = typer.Argument(..., metavar="ENTRY…", help="Ids of queue entries."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    at_once: int = typer.Option(1, "--at-once", min=1, help="Entries beside each other."),
    stage: str = typer.Option(
        None, "--stage", help="Only this stage of one entry, ahead of the rest: nothing is committed."
    ),
    shared_by: Path = typer.Option(None, "--shared-by", help="A file of entries that need the stage, too."),
    json: bool = typer.Option(False, "--json", help="How each ended, as JSON lines."),
) -> Exit:
    """Run entries of the queue, one after another; do nothing for one that runs or is done already.

    Engines (Slurm, …) run this on their nodes. Each result is published at once. Running it twice is safe.
    """
    engage()
    project = find_project()
    job = allocation_here(project)
    commands = jobs or (job.cpus if job is not None else None)

    def tell(entry: str, result: RunResult | None) -> None:
        if json:
            write_line(task_line(entry, result))
        elif result is None:
            sys.stdout.write(f"{entry}: nothing to do: it is done, removed, or run by another.\n")
        else:
            sys.stdout.write(visible(_words(result)) + "\n")
        sys.stdout.flush()  # the job may be killed while it runs the next one

    if stage is None:
        pace = Pace(max(commands or 1, at_once) if at_once > 1 else commands, at_once)
        results = list(run_tasks(project, entries, job, pace=pace, told=tell).values())
    else:
        needing = shared_by.read_text().split() if shared_by else entries
        results = [run_part_task(project, needing, stage, job, jobs=commands)]
        tell(entries[0], results[0])
    failed = any(result is not None and result.state is not State.SUCCESS for result in results)
    return Exit.FAILED if failed else Exit.DONE


def _words(result: RunResult) -> str:
    return f"{result.name}: {result.state.value}" + (f": {result.error}" if result.error else "")
