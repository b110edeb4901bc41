"""`exp unfreeze`: let frozen stages run again."""

from __future__ import annotations

import typer

from gitexp.cli.freeze import set_frozen
from gitexp.screen.answer import one
from gitexp.screen.pipeline_data import FrozenAnswer

ANSWER = one(FrozenAnswer)


def command(
    targets: list[str] = typer.Argument(..., metavar="TARGET...", help="Stages, groups, .dvc files."),
    json: bool = typer.Option(False, "--json", help="What was changed, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> int:
    """Take the mark of `exp freeze` away."""
    return set_frozen(targets, False, json, quiet)
