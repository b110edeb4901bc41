"""`exp data status`: what data changed, what is missing where."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.data_options import Targets
from gitexp.experiment.data.status import StatusRequest, data_status
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.data.status_lines import DataStatusAnswer, status_json, status_lines

ANSWER = as_dvc("data status", DataStatusAnswer)


def command(
    targets: Targets = None,
    granular: bool = typer.Option(False, "--granular", help="Also the files inside folders."),
    unchanged: bool = typer.Option(False, "--unchanged", help="Also what did not change."),
    not_in_remote: bool = typer.Option(False, "-c", "--cloud", "--not-in-remote", help="Ask the remote too."),
    remote: str = typer.Option(None, "-r", "--remote", metavar="NAME", help="Ask this remote what it lacks."),
    untracked: bool = typer.Option(False, "--untracked-files", help="Also files that nobody tracks."),
    json: bool = typer.Option(False, "--json", help="As DVC's JSON."),
) -> None:
    """Compare data in HEAD, in the lock and .dvc files, in the workspace, in the cache and on the remote."""
    asked = remote or "" if not_in_remote or remote else None
    status = data_status(find_project(), StatusRequest(granular, asked, untracked, tuple(targets or ())))
    if json:
        write_as_dvc(status_json(status, unchanged))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in status_lines(status, unchanged)))
