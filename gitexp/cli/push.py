"""`exp push`: experiments and their data to a Git remote and the data remote."""

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
from gitexp.experiment.choose import choose_here
from gitexp.experiment.share.push import push_experiments
from gitexp.experiment.share.secrets import find_suspects
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.data.exchange_lines import ExchangeAnswer, suspect_lines
from gitexp.screen.talk import say

ANSWER = one(ExchangeAnswer)


def command(
    remote: GitRemote,
    names: Names = None,
    everywhere: Everywhere = False,
    revs: Revs = None,
    num: Num = 1,
    all_projects: AllProjects = False,
    force: bool = typer.Option(
        False, "-f", "--force", help="Replace different experiments of the same names there."
    ),
    prune: Prune = False,
    no_cache: NoCache = False,
    run_cache: RunCache = False,
    data_remote: DataRemote = None,
    jobs: Jobs = None,
    json: Json = False,
    quiet: Quiet = False,
) -> Exit:
    """Push experiments to a Git remote, with their data to the data remote."""
    project = find_project()
    chosen = choose_here(project, choice_of(names, everywhere, revs, num, all_projects))
    for line in suspect_lines(find_suspects(project.repo, chosen)):
        say(line)
    shared = push_experiments(project.repo, remote, chosen, force, prune)
    data = DataOptions(not no_cache, data_remote, jobs, run_cache)
    return finish(project, shared, "push", remote, data, json, quiet)
