"""`exp undo`: take back what the last command did to experiments, branches or the workspace."""

from __future__ import annotations

import sys
import time

import typer

from gitexp.experiment.operations import list_operations
from gitexp.experiment.undo import take_back
from gitexp.project import find_project
from gitexp.screen.json_text import to_json
from gitexp.screen.talk import visible
from gitexp.screen.undo_lines import operation_data, operation_lines


def command(
    number: int = typer.Argument(1, min=1, help="Which of `exp undo --list`; the last one by default."),
    show: bool = typer.Option(False, "--list", help="Only show what can be taken back, the last first."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Take back the last remove, rename, overwrite, branch or apply; what it took away comes back."""
    project = find_project()
    if show:
        known = list_operations(project.repo)
        lines = [to_json(operation_data(known))] if json else operation_lines(known, time.time())
    else:
        operation = take_back(project, number)
        lines = [to_json(operation_data([operation])[0])] if json else [f"Taken back: {operation.what}"]
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))
