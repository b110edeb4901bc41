"""`exp fetch`: experiments from a Git remote, without their data."""

from __future__ import annotations

import typer

from gitexp.cli.exchange_options import (
    AllProjects,
    DataOptions,
    Everywhere,
    GitRemote,
    Json,
    Names,
    Num,
    Prune,
    Quiet,
    Revs,
    choice_of,
    finish,
)
from gitexp.errors import Exit
from gitexp.experiment.share.pull import pull_experiments
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.data.exchange_lines import ExchangeAnswer

ANSWER = one(ExchangeAnswer)


def command(
    remote: GitRemote,
    names: Names = None,
    everywhere: Everywhere = False,
    revs: Revs = None,
    num: Num = 1,
    all_projects: AllProjects = False,
    force: bool = typer.Option(
        False, "-f", "--force", help="Replace different experiments of the same names here."
    ),
    prune: Prune = False,
    json: Json = False,
    quiet: Quiet = False,
) -> Exit:
    """Fetch experiments from a Git remote: commits only. `exp pull` brings their data too."""
    choice = choice_of(names, everywhere, revs, num, all_projects)
    project = find_project()
    shared = pull_experiments(project, remote, choice, force, prune)
    return finish(project, shared, "pull", remote, DataOptions(wanted=False), json, quiet)
