"""`exp unfreeze`: let frozen stages run again."""

from __future__ import annotations

import typer

from gitexp.cli.freeze import set_frozen


def command(
    targets: list[str] = typer.Argument(..., metavar="TARGET...", help="Stages, groups, .dvc files."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Take the mark of `exp freeze` away."""
    return set_frozen(targets, False, quiet)
