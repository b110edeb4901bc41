"""`exp undo`: take back what the last command did to experiments, branches or the workspace."""

from __future__ import annotations

import sys
import time

import typer

from gitexp.experiment.change.undo import take_back
from gitexp.experiment.operations import list_operations
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.talk import visible
from gitexp.screen.undo_lines import UndoAnswer, UndoList, operation_data, operation_lines

ANSWER = one(UndoAnswer, UndoList)


def command(
    number: int = typer.Argument(1, min=1, help="Which of `exp undo --list`; the last one by default."),
    show: bool = typer.Option(False, "--list", help="Only show what can be taken back, the last first."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Take back the last remove, rename, overwrite, branch or apply; what it took away comes back."""
    project = find_project()
    if show:
        known = list_operations(project.repo)
        lines = operation_lines(known, time.time())
        answer: UndoList | UndoAnswer = {"operations": [operation_data(each) for each in known]}
    else:
        operation = take_back(project, number)
        lines = [f"Taken back: {operation.what}"]
        answer = {"undone": operation_data(operation)}
    if json:
        write_answer(answer)
        return
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))
