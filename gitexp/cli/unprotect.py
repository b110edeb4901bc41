"""`exp unprotect`: make links into the cache files that can be edited."""

from __future__ import annotations

import typer

from gitexp.experiment.data_remove import unprotect_data
from gitexp.project import find_project


def command(
    targets: list[str] = typer.Argument(metavar="TARGET...", help="Files and folders of the workspace."),
) -> None:
    """Replace hard and symbolic links into the cache by writable copies, so that editing can't harm it."""
    unprotect_data(find_project(), targets)
