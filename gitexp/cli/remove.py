"""`exp remove`: remove experiments; they can be brought back."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines, find_baselines
from gitexp.experiment.change.change import RemoveRequest, remove_experiments
from gitexp.experiment.change.change_there import remove_there
from gitexp.experiment.choose import Choice
from gitexp.experiment.experiment import Experiment
from gitexp.git.objects import ObjectReader
from gitexp.git.repo import Repo
from gitexp.project import find_project
from gitexp.queue.forget import remove_unfinished
from gitexp.screen.answer import one, write_answer
from gitexp.screen.change_data import RemoveAnswer, remove_data
from gitexp.screen.talk import visible

ANSWER = one(RemoveAnswer)


def command(
    experiments: list[str] = typer.Argument(None, help="Their names or commits."),
    everything: bool = typer.Option(
        False, "-A", "--all-commits", help="All experiments of this project, on all commits."
    ),
    revs: list[str] = typer.Option(None, "--rev", metavar="REV", help="Those of this commit. Repeatable."),
    number: int = typer.Option(1, "-n", "--num", help="Also of so many commits before REV; -1 for all."),
    keep: bool = typer.Option(False, "--keep", help="Remove all but the named ones."),
    remote: str = typer.Option(
        None, "-g", "--git-remote", metavar="REMOTE", help="Remove them there, not here."
    ),
    queue: bool = typer.Option(False, "--queue", help="All that wait in the queue."),
    failed: bool = typer.Option(False, "--failed", help="All that failed or were interrupted."),
    json: bool = typer.Option(False, "--json", help="What was removed, as JSON."),
) -> None:
    """Remove experiments. Their data stays in the cache, and their commits can be brought back."""
    project = find_project()
    others = remove_unfinished(project, () if keep else tuple(experiments or ()), queue, failed)
    if not json:
        for name in others.removed:
            sys.stdout.write(visible(f"Removed {name}, which was no experiment yet") + "\n")
    experiments = [word for word in experiments or () if word not in others.known]
    if others.removed and not (experiments or revs or everything):
        removed: Sequence[Experiment] = ()
    elif remote is not None:
        chosen = Baselines(tuple(revs or ()), number, everywhere=everything)
        if not (experiments or revs or everything):
            raise ExpError("which experiments?", "name them, or say `--rev REV` or `-A`.")
        removed = remove_there(project, remote, Choice(tuple(experiments or ()), chosen), keep)
    else:
        baselines = _baselines(project.repo, revs or [], number)
        request = RemoveRequest(tuple(experiments or ()), baselines, everything, keep)
        removed = remove_experiments(project.repo, request, project.prefix)
    if json:
        write_answer(remove_data(others.removed, removed))
        return
    if others.removed and not removed:
        return
    if not removed:
        sys.stdout.write("No experiments to remove.\n")
        return
    for experiment in removed:
        sys.stdout.write(visible(f"Removed {experiment.name} ({experiment.commit[:7]})") + "\n")
    sys.stdout.write("\nTo get back: exp undo\n")


def _baselines(repo: Repo, revs: list[str], number: int) -> tuple[str, ...]:
    if not revs:
        return ()
    with ObjectReader(repo) as reader:
        return tuple(find_baselines(repo, reader, Baselines(tuple(revs), number)))
