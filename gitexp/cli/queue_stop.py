"""`exp queue stop`: send the workers home."""

from __future__ import annotations

import sys

import typer

from gitexp.project import find_project
from gitexp.queue.control import stop_engines, stop_workers, wait_until_home
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import StopAnswer
from gitexp.screen.queue.view import names

ANSWER = one(StopAnswer)

_PATIENCE = 30.0  # seconds that `--kill` waits for the stages to end


def command(
    kill: bool = typer.Option(False, "--kill", help="Stop what they run, too; it is kept as interrupted."),
    json: bool = typer.Option(False, "--json", help="How many, as JSON."),
) -> None:
    """Send the workers home after what they run now; take back what waits for an engine."""
    project = find_project()
    told = stop_workers(project.repo, kill)
    taken, stopped = stop_engines(project, kill)
    if json:
        left = wait_until_home(project.repo, told, _PATIENCE) if kill else []
        answer: StopAnswer = {
            "told": len(told),
            "stopped": len(told) - len(left) if kill else None,
            "taken_back": [job.name for job in taken],
            "asked_to_stop": [job.name for job in stopped],
        }
        write_answer(answer)
        return
    if taken:
        sys.stdout.write(f"Taken back into the queue: {names(taken)}\n")
    if stopped:
        sys.stdout.write(f"Asked to stop: {names(stopped)}\n")
    if not told:
        if not taken and not stopped:
            sys.stdout.write("No worker is at work.\n")
        return
    plural = "s" if len(told) > 1 else ""
    if not kill:
        sys.stdout.write(f"{len(told)} worker{plural} will go home after the experiment that runs now.\n")
        return
    left = wait_until_home(project.repo, told, _PATIENCE)
    sys.stdout.write(f"Stopped {len(told) - len(left)} of {len(told)} worker{plural}.\n")
