"""`exp logs`: what the stages of a run printed, whether it runs, failed or is an experiment."""

from __future__ import annotations

import typer

from gitexp.cli.log_text import ALL, ANSWER, FOLLOW, JSON, NUMBER, write_log
from gitexp.project import find_project
from gitexp.queue.engines.refresh import ask_about, asking
from gitexp.queue.named import find_log

__all__ = ["ANSWER", "command"]


def command(
    name: str = typer.Argument(..., help="A run's, an experiment's or a queue entry's name or id."),
    follow: bool = FOLLOW,
    number: int = NUMBER,
    everything: bool = ALL,
    json: bool = JSON,
) -> None:
    """What the stages of a run printed."""
    project = find_project()
    elsewhere = ask_about(project, name)
    with asking(project, follow and elsewhere):
        write_log(find_log(project.repo, name), follow, number, everything, json)
