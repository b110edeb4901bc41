"""Push what a run made, where `exp.autoPush` asks for it. A push that fails never fails the run."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from gitexp.build.events import Warned
from gitexp.errors import ExpError
from gitexp.experiment.data.share import ShareRequest
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.share.exchange import push_their_data
from gitexp.experiment.share.push import push_experiments
from gitexp.experiment.share.secrets import find_suspects
from gitexp.project import Project


def auto_push(project: Project, made: Sequence[Experiment]) -> list[Warned]:
    """Push new experiments with data and run cache to `exp.gitRemote`; what went wrong, and how to repeat it.

    Nothing is pushed that looks as if it held credentials: nobody is there to be warned before.
    """
    remote = project.settings.exp_git_remote
    repeat = f"`exp push {shlex.join([remote, *(one.name for one in made)])}` does it."
    suspects = find_suspects(project.repo, made)
    if suspects:
        return [Warned(f"not pushed: {suspects[0].path} looks like credentials", repeat)]
    try:
        shared = push_experiments(project.repo, remote, made)
        data = push_their_data(project, shared, ShareRequest(run_cache=True))
    except ExpError as error:
        return [Warned(f"not pushed to '{remote}': {error.message}", repeat)]
    warned = [
        Warned(f"'{one.name}' was not pushed: '{remote}' has a different experiment of that name", repeat)
        for one in shared.diverged
    ]
    warned += [Warned(f"'{one.name}' was not pushed: {why}", repeat) for one, why in shared.refused]
    if data is not None and data.lost:
        warned.append(Warned(f"data was not pushed: {data.lost[0].path}: {data.lost[0].reason}", repeat))
    return warned
