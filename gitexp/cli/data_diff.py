"""`exp data diff`: which data files two revisions have different."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data.status import data_diff
from gitexp.project import find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.data.status_lines import DataDiffAnswer, diff_json, diff_lines

ANSWER = as_dvc("diff", DataDiffAnswer)


def command(
    old: str = typer.Argument(None, metavar="[OLD]", help="A commit or experiment; HEAD by default."),
    new: str = typer.Argument(None, metavar="[NEW]", help="Another one; the workspace by default."),
    hashes: bool = typer.Option(False, "--show-hash", help="Also the hashes."),
    json: bool = typer.Option(False, "--json", help="As DVC's JSON."),
) -> None:
    """List data files that were added (A), deleted (D), modified (M) or renamed (R)."""
    diff = data_diff(find_project(), old, new)
    if json:
        write_as_dvc(diff_json(diff, hashes))
    else:
        sys.stdout.write("".join(f"{line}\n" for line in diff_lines(diff, hashes)))
