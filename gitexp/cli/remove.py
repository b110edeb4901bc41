"""`exp remove`: remove experiments; they can be brought back."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.change import RemoveRequest, remove_experiments
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo
from gitexp.project import find_project
from gitexp.screen.talk import visible


def command(
    experiments: list[str] = typer.Argument(None, help="Their names or commits."),
    everything: bool = typer.Option(
        False, "-A", "--all-commits", help="All experiments of this project, on all commits."
    ),
    revs: list[str] = typer.Option(None, "--rev", metavar="REV", help="Those of this commit. Repeatable."),
    number: int = typer.Option(1, "-n", "--num", help="Also of so many commits before REV; -1 for all."),
    keep: bool = typer.Option(False, "--keep", help="Remove all but the named ones."),
) -> None:
    """Remove experiments. Their data stays in the cache, and their commits can be brought back."""
    project = find_project()
    baselines = _baselines(project.repo, revs or [], number)
    request = RemoveRequest(tuple(experiments or ()), baselines, everything, keep)
    removed = remove_experiments(project.repo, request, project.prefix)
    if not removed:
        sys.stdout.write("No experiments to remove.\n")
        return
    for experiment in removed:
        sys.stdout.write(visible(f"Removed {experiment.name} ({experiment.commit[:7]})") + "\n")
    first = removed[0]
    sys.stdout.write(visible(f"\nTo get one back: git update-ref {first.ref} {first.commit[:12]}") + "\n")


def _baselines(repo: Repo, revs: list[str], number: int) -> tuple[str, ...]:
    if not revs:
        return ()
    with ObjectReader(repo) as reader:
        return tuple(find_baselines(repo, reader, Baselines(tuple(revs), number)))
