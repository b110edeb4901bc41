"""`exp clean`: remove what killed runs and old undos left behind."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.experiment.operations import expire
from gitexp.git.worktree import WorktreePool
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.change_data import CleanAnswer

ANSWER = one(CleanAnswer)


def command(
    json: bool = typer.Option(False, "--json", help="How much, as JSON."),
) -> None:
    """Sweep worktrees of killed runs, and end what was kept for undo for more than 30 days."""
    project = find_project()
    keep_lost_runs(project)
    swept = WorktreePool(project.repo).sweep()
    ended = expire(project.repo)
    if json:
        answer: CleanAnswer = {"worktrees": swept, "undos": ended}
        write_answer(answer)
        return
    sys.stdout.write(f"Left behind by killed runs: {swept}. Kept long enough: {ended}.\n")
