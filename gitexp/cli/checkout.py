"""`exp checkout`: bring data from the cache into the workspace."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.data_options import AllowMissing, Recursive, WithDeps
from gitexp.errors import ExpError
from gitexp.experiment.data.checkout import checkout_data
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import CheckoutAnswer, checkout_json
from gitexp.screen.data.lines import checkout_lines, checkout_summary

ANSWER = one(CheckoutAnswer)


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Paths, stages or .dvc files; all data by default."
    ),
    force: bool = typer.Option(
        False, "-f", "--force", help="Overwrite also what is in no cache: it is lost."
    ),
    relink: bool = typer.Option(False, "--relink", help="Link files anew, after `cache.type` was changed."),
    with_deps: WithDeps = False,
    recursive: Recursive = False,
    summary: bool = typer.Option(False, "--summary", help="Only how many were added and changed."),
    allow_missing: AllowMissing = False,
    json: bool = typer.Option(False, "--json", help="What was changed, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> None:
    """Make data files what dvc.lock and the .dvc files say, as after `git checkout`."""
    brought = checkout_data(find_project(), targets or [], force, relink, with_deps)
    if json:
        write_answer(checkout_json(brought))
    elif summary:
        sys.stdout.write(f"{checkout_summary(brought)}\n")
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in checkout_lines(brought)))
    if brought.missing and not allow_missing:
        names = "".join(f"\n  {path}" for path in brought.missing)
        raise ExpError(
            f"not in the cache, left as it was:{names}",
            "`exp data fetch` gets it from the remote; `exp run` makes what a stage makes.",
        )
