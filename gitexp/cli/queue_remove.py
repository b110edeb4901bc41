"""`exp queue remove`: forget entries of the queue; experiments and logs stay."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit, ExpError
from gitexp.project import find_project
from gitexp.queue.control import remove_entries
from gitexp.queue.job import Place
from gitexp.screen.answer import one, write_answer
from gitexp.screen.queue.data import ForgottenAnswer, forgotten_data
from gitexp.screen.queue.view import names

ANSWER = one(ForgottenAnswer)


def command(
    experiments: list[str] = typer.Argument(None, help="Names or ids."),
    queued: bool = typer.Option(False, "--queued", help="All that wait."),
    failed: bool = typer.Option(False, "--failed", help="All that failed."),
    done: bool = typer.Option(False, "--done", "--success", help="All that are done."),
    everything: bool = typer.Option(False, "--all", help="All of these. What runs now has to be named."),
    json: bool = typer.Option(False, "--json", help="What was removed, as JSON."),
) -> None:
    """Forget entries of the queue; `exp undo` brings them back. Their experiments and logs stay."""
    wanted = {
        Place.QUEUED: queued or everything,
        Place.HELD: queued or everything,
        Place.FAILED: failed or everything,
        Place.SUCCESS: done or everything,
    }
    places = [place for place, yes in wanted.items() if yes]
    if not places and not experiments:
        raise ExpError(
            "nothing is named.", "name entries, or give --queued, --failed, --done or --all.", Exit.USAGE
        )
    removed = remove_entries(find_project(), tuple(experiments or ()), places)
    if json:
        write_answer(forgotten_data(removed))
        return
    sys.stdout.write(f"Removed tasks in queue: {names(removed)}\n" if removed else "No tasks to remove.\n")
