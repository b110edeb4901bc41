"""`exp queue logs`: what the stages of a queued experiment printed."""

from __future__ import annotations

import typer

from gitexp.cli.log_text import ALL, ANSWER, FOLLOW, JSON, NUMBER, write_log
from gitexp.project import find_project
from gitexp.queue.engines.refresh import ask_about, asking
from gitexp.queue.named import find_log

__all__ = ["ANSWER", "command"]


def command(
    experiment: str = typer.Argument(..., help="Its name or id."),
    follow: bool = FOLLOW,
    number: int = NUMBER,
    everything: bool = ALL,
    json: bool = JSON,
) -> None:
    """What the stages of a queued experiment printed."""
    project = find_project()
    elsewhere = ask_about(project, experiment)
    with asking(project, follow and elsewhere):
        write_log(find_log(project.repo, experiment), follow, number, everything, json)
