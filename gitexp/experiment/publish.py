"""From a finished worktree to a commit, and from the commit to a ref: the moment an experiment exists."""

from __future__ import annotations

import posixpath

from gitexp.experiment.committed import paths_to_commit
from gitexp.experiment.kept import failed_ref, removed_ref
from gitexp.experiment.message import Facts, compose
from gitexp.experiment.record import Experiment, Values
from gitexp.experiment.request import Attempt
from gitexp.experiment.session import Session
from gitexp.experiment.worksite import Ground
from gitexp.git.objects import write_commit
from gitexp.git.refs import RefChange, change_refs, create_ref, read_ref
from gitexp.git.worktree import write_tree


def write_experiment(session: Session, attempt: Attempt, ground: Ground, values: Values, base: Values) -> str:
    """Commit what the worktree holds, on top of the baseline. No ref yet: nobody sees it."""
    prefix = session.project.prefix
    paths = paths_to_commit(ground.root, ground.graph.pipeline, ground.stages)
    tree = write_tree(ground.worktree, [posixpath.join(prefix, path) for path in paths])
    facts = Facts(
        attempt.name,
        attempt.overrides,
        edited=(),
        project=prefix,
        note=session.request.message,
        job=attempt.job,
    )
    message = compose(facts, values.metrics, base.metrics)
    return write_commit(session.project.repo, tree, [attempt.baseline], message)


def publish(session: Session, attempt: Attempt, commit: str) -> Experiment:
    """Create the experiment's ref: the commit point of a run.

    An experiment of that name is replaced (and kept for undo) only when the request forces it; else
    RefConflict is raised and nothing has changed.
    """
    repo = session.project.repo
    experiment = Experiment(attempt.name, commit, attempt.baseline)
    note = f"exp run: {attempt.name}"
    taken = read_ref(repo, experiment.ref) if session.request.force and attempt.chosen else None
    if taken is None:
        create_ref(repo, experiment.ref, commit, note)
    else:
        gone = Experiment(attempt.name, taken, attempt.baseline)
        change_refs(
            repo,
            [
                RefChange(experiment.ref, new=commit, old=taken),
                RefChange(removed_ref(gone), new=taken, old=None),
            ],
        )
    return experiment


def keep_unpublished(session: Session, attempt: Attempt, commit: str) -> str:
    """Keep a commit that became no experiment from `git gc`; the ref it is kept under."""
    ref = failed_ref(attempt.baseline, attempt.name)
    create_ref(session.project.repo, ref, commit, "exp run: failed")
    return ref
