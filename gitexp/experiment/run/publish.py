"""From a finished worktree to a commit, and from the commit to a ref: the moment an experiment exists."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.experiment.ending import Ending
from gitexp.experiment.message import Facts, compose, edited_paths
from gitexp.experiment.operations import RefMove, move_refs
from gitexp.experiment.record import Experiment, FileValues
from gitexp.experiment.request import Attempt
from gitexp.experiment.run.committed import paths_to_commit
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.worksite import Ground
from gitexp.git.edit_tree import replace_files
from gitexp.git.objects import write_commit
from gitexp.git.refs import create_ref, read_ref
from gitexp.git.restore import changed_files
from gitexp.git.worktree import write_tree


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics files of the experiment and of its baseline."""

    now: Mapping[str, FileValues]
    before: Mapping[str, FileValues]


def write_experiment(
    session: Session,
    attempt: Attempt,
    ground: Ground,
    tree: str,
    metrics: Metrics,
    ending: Ending | None = None,
) -> str:
    """Commit `tree` on top of the baseline. No ref yet: nobody sees it. `ending`: how it came to nothing."""
    facts = Facts(
        attempt.name,
        attempt.overrides,
        edited=()
        if attempt.overrides or session.request.message
        else _edited(session, attempt, ground, tree),
        project=session.project.prefix,
        note=session.request.message,
        job=attempt.job,
        group=attempt.group,
        ending=ending,
        environment=attempt.environment,
    )
    message = compose(facts, metrics.now, metrics.before)
    return write_commit(session.project.repo, tree, [attempt.baseline], message)


def tree_of(session: Session, ground: Ground) -> str:
    """The tree that the experiment's commit will have."""
    paths = paths_to_commit(ground.root, ground.graph.pipeline, ground.stages)
    return write_tree(ground.worktree, [posixpath.join(session.project.prefix, path) for path in paths])


def _edited(session: Session, attempt: Attempt, ground: Ground, tree: str) -> tuple[str, ...]:
    changed = changed_files(session.project.repo, attempt.baseline, tree)
    outs = (out.path for stage in ground.graph.stages.values() for out in stage.outs)
    made = [posixpath.join(session.project.prefix, path) for path in outs]
    return edited_paths((change.path for change in changed), made)


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
        move_refs(repo, f"run -f -n {attempt.name}", [RefMove(experiment.ref, taken, commit)])
    return experiment


def begun_from(session: Session, attempt: Attempt, ground: Ground) -> str:
    """The tree to run the attempt from again: its own, and the data that was edited in the workspace."""
    files = {
        posixpath.join(session.project.prefix, path): (ground.root / path).read_bytes()
        for path in ground.captured
    }
    return replace_files(session.project.repo, attempt.tree, files) if files else attempt.tree
