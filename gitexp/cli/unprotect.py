"""`exp unprotect`: make links into the cache files that can be edited."""

from __future__ import annotations

import typer

from gitexp.experiment.data.remove import unprotect_data
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import UnprotectAnswer

ANSWER = one(UnprotectAnswer)


def command(
    targets: list[str] = typer.Argument(metavar="TARGET...", help="Files and folders of the workspace."),
    json: bool = typer.Option(False, "--json", help="Their paths, as JSON."),
) -> None:
    """Replace hard and symbolic links into the cache by writable copies, so that editing can't harm it."""
    paths = unprotect_data(find_project(), targets)
    if json:
        answer: UnprotectAnswer = {"paths": list(paths)}
        write_answer(answer)
