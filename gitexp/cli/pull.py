"""`exp pull`: experiments and their data from a Git remote and the data remote."""

from __future__ import annotations

import typer

from gitexp.cli.exchange_options import (
    AllProjects,
    DataOptions,
    DataRemote,
    Everywhere,
    GitRemote,
    Jobs,
    Json,
    Names,
    NoCache,
    Num,
    Prune,
    Quiet,
    Revs,
    RunCache,
    choice_of,
    finish,
)
from gitexp.errors import Exit
from gitexp.experiment.share.pull import pull_experiments
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.data.exchange_lines import ExchangeAnswer

ANSWER = one(ExchangeAnswer)

Force = typer.Option(False, "-f", "--force", help="Replace different experiments of the same names here.")


def command(
    remote: GitRemote,
    names: Names = None,
    everywhere: Everywhere = False,
    revs: Revs = None,
    num: Num = 1,
    all_projects: AllProjects = False,
    force: bool = Force,
    prune: Prune = False,
    no_cache: NoCache = False,
    run_cache: RunCache = False,
    data_remote: DataRemote = None,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> Exit:
    """Pull experiments from a Git remote, with their data into the cache. Your files stay as they are."""
    project = find_project()
    choice = choice_of(names, everywhere, revs, num, all_projects)
    shared = pull_experiments(project, remote, choice, force, prune)
    data = DataOptions(not no_cache, data_remote, jobs, run_cache)
    return finish(project, shared, "pull", remote, data, json, quiet)
