"""`exp list`: name the experiments of a baseline."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.bounds import ALL, MOST_LINES, bound, tell_left_out
from gitexp.cli.table_options import NUM, REV
from gitexp.errors import Exit, ExpError
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import EXPERIMENTS, experiment_of_ref, list_experiments
from gitexp.experiment.roots import of_root
from gitexp.experiment.table.fates import fates_of
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import names_of
from gitexp.git.repo import Repo
from gitexp.git.transport import list_remote
from gitexp.project import find_project
from gitexp.screen.answer import answer_text, one
from gitexp.screen.list_view import ListAnswer, list_data, list_lines

ANSWER = one(ListAnswer)


def command(
    remote: str = typer.Argument(
        None, metavar="[REMOTE]", help="A Git remote: the experiments pushed there."
    ),
    rev: list[str] = REV,
    num: int = NUM,
    all_commits: bool = typer.Option(False, "-A", "--all-commits", help="Every commit that has experiments."),
    all_projects: bool = typer.Option(
        False, "--all-projects", help="Also those of other DVC projects in this repository."
    ),
    everything: bool = ALL,
    name_only: bool = typer.Option(False, "--name-only", help="Only the names, one a line."),
    sha_only: bool = typer.Option(False, "--sha-only", help="Only the commit ids, one a line."),
    json: bool = typer.Option(False, "--json", help="Names, commits and refs by baseline."),
) -> None:
    """Name the experiments that stand on HEAD, or on other commits."""
    if name_only and sha_only:
        raise ExpError("`--name-only` and `--sha-only` exclude each other.", exit_code=Exit.USAGE)
    project = find_project()
    repo = project.repo
    with ObjectReader(repo) as reader:
        baselines = find_baselines(repo, reader, Baselines(tuple(rev or ()), num, everywhere=all_commits))
    found: dict[str, list[Experiment]] = {baseline: [] for baseline in baselines}
    known = [one for one in _known(repo, remote) if all_commits or one.baseline in found]
    for each in known if remote or all_projects else of_root(repo, project.prefix, known):
        found.setdefault(each.baseline, []).append(each)
    most = None if name_only or sha_only else bound(MOST_LINES, None, everything, json)
    found, left_out = _first(found, most)
    shown = [one for experiments in found.values() for one in experiments]
    names = names_of(repo) if shown and not (name_only or sha_only) else {}
    fates = fates_of(repo, list(found), names) if all_commits and names else {}
    if name_only:
        lines = [one.name for one in shown]
    elif sha_only:
        lines = [one.commit for one in shown]
    elif json:
        lines = [answer_text(list_data(found, names, fates, left_out))]
    else:
        lines = list_lines(found, names, fates)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    tell_left_out(left_out, "experiments", None)


def _first(found: dict[str, list[Experiment]], most: int | None) -> tuple[dict[str, list[Experiment]], int]:
    """The first so many of all baselines together, and how many are left out."""
    total = sum(map(len, found.values()))
    if most is None or total <= most:
        return found, 0
    first: dict[str, list[Experiment]] = {}
    room = most
    for baseline, experiments in found.items():
        first[baseline] = experiments[:room]
        room -= len(first[baseline])
    return first, total - most


def _known(repo: Repo, remote: str | None) -> list[Experiment]:
    """Every experiment here, or on a Git remote."""
    if remote is None:
        return list_experiments(repo)
    found = map(experiment_of_ref, list_remote(repo, remote, EXPERIMENTS))
    return [one for one in found if one is not None]
