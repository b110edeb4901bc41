"""`exp commit`: record the workspace's data as it is."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.data_options import Recursive, WithDeps
from gitexp.experiment.data.commit import commit_data
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import CommitAnswer, commit_json
from gitexp.screen.data.lines import commit_lines

ANSWER = one(CommitAnswer)


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Stages, .dvc files or outs; all by default."
    ),
    force: bool = typer.Option(
        False, "-f", "--force", help="Also what changed since it was recorded: you vouch for it."
    ),
    with_deps: WithDeps = False,
    recursive: Recursive = False,
    json: bool = typer.Option(False, "--json", help="What was recorded, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> None:
    """Put outs into the cache and their hashes into dvc.lock and .dvc files, without running anything."""
    committed = commit_data(find_project(), targets or [], force, with_deps)
    if json:
        write_answer(commit_json(committed))
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in commit_lines(committed)))
