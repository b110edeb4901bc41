"""`exp commit`: record the workspace's data as it is."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data_commit import commit_data
from gitexp.project import find_project
from gitexp.screen.data_lines import commit_json, commit_lines
from gitexp.screen.json_text import to_json


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Stages, .dvc files or outs; all by default."
    ),
    force: bool = typer.Option(
        False, "-f", "--force", help="Also what changed since it was recorded: you vouch for it."
    ),
    json: bool = typer.Option(False, "--json", help="What was recorded, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> None:
    """Put outs into the cache and their hashes into dvc.lock and .dvc files, without running anything."""
    committed = commit_data(find_project(), targets or [], force)
    if json:
        sys.stdout.write(to_json(commit_json(committed)) + "\n")
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in commit_lines(committed)))
