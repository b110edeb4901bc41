"""The life of one experiment: worktree, overrides, build, commit, ref. The ref is the commit point.

Whatever happens before it leaves no experiment; whatever happens after it can't take the experiment away.
A run that fails or is interrupted is kept too, under refs/gitexp/failed/: its params, its partial metrics
and its log tell what went wrong.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from gitexp.build.builder import BuildResult, build
from gitexp.build.command import CommandRunner, ShellRunner
from gitexp.build.events import Event
from gitexp.build.locks import write_locks
from gitexp.errors import ExpError
from gitexp.experiment.ending import ending_of
from gitexp.experiment.find import names_on
from gitexp.experiment.jobs.failed import keep_failed
from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.jobs.journal import NoteKeeper
from gitexp.experiment.kept import Kept
from gitexp.experiment.names import random_name
from gitexp.experiment.record import RunEnded, RunEvent, RunResult, RunStarted, State, Values, Watcher
from gitexp.experiment.request import Attempt
from gitexp.experiment.run.devices import DeviceRunner, devices_needed
from gitexp.experiment.run.first_note import first_note
from gitexp.experiment.run.prepare import name_taken
from gitexp.experiment.run.publish import (
    Metrics,
    begun_from,
    publish,
    tree_of,
    write_experiment,
)
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.sweep import SharedSlots
from gitexp.experiment.run.terms import build_options
from gitexp.experiment.run.unseen_locks import warn_of_unseen_locks
from gitexp.experiment.run.worksite import Ground, lay_out, lent_worktree, site_of
from gitexp.experiment.scope import caller_dir
from gitexp.git.refs import RefConflict


def run_attempt(session: Session, attempt: Attempt, base: Values, watcher: Watcher) -> RunResult:
    """Run one experiment to its end and say how it ended; `watcher` is told everything as it happens.

    `base` is what the baseline holds, to compare with. Raises ExpError for what is wrong before any stage
    runs (override, pipeline, target).
    """
    began = time.monotonic()
    watcher(RunStarted(attempt.name, attempt.overrides, attempt.baseline))
    attempt = replace(attempt, environment=session.environments.record())
    with lent_worktree(session, attempt) as worktree:
        ground = lay_out(session, attempt, worktree)
        for warning in warn_of_unseen_locks(session, attempt.tree, ground):
            watcher(RunEvent(attempt.name, warning))
        job = open_job(session.project.repo, attempt.name, attempt.job)
        keeper = session.journal.begin(job, first_note(session, attempt, ground, job))
        with keeper.told():
            built = build_in(session, attempt, ground, job.log, watcher, keeper)
            tree = _tree(session, attempt, ground, built)
    result = RunResult(
        attempt.name,
        state_of(built),
        attempt.baseline,
        stages=built.stages,
        overrides=attempt.overrides,
        values=session.revisions.tree(tree),
        base_values=base,
        log=job.log,
        seconds=time.monotonic() - began,
    )
    with keeper.told():
        result, kept = _record(session, replace(attempt, job=job.id), ground, tree, result)
    result = replace(result, seconds=time.monotonic() - began)
    keeper.end(ending_of(result, kept), result.name)
    watcher(RunEnded(result))
    return result


def build_in(
    session: Session, attempt: Attempt, ground: Ground, log: Path, watcher: Watcher, keeper: NoteKeeper
) -> BuildResult:
    """Build what is in scope in a worktree that is laid out."""

    def listener(event: Event) -> None:
        keeper.take(event)
        watcher(RunEvent(attempt.name, event))

    request = session.request
    runner = SharedSlots(_runner(session, ground, keeper), session.slots)
    return build(
        ground.graph,
        ground.stages,
        site_of(session, attempt, ground, log),
        ground.locks,
        build_options(session.jobs, request.force, request.keep_going, request.terms),
        listener,
        runner,
        session.stop,
    )


def _tree(session: Session, attempt: Attempt, ground: Ground, built: BuildResult) -> str:
    """The tree to commit. A stage that failed may have torn down its worktree: then what it began with."""
    try:
        write_locks(ground.root, built.entries)
        return tree_of(session, ground)
    except (ExpError, OSError):
        if built.ok:
            raise
        return attempt.tree


def _runner(session: Session, ground: Ground, keeper: NoteKeeper) -> CommandRunner:
    # A command that outlives us holds on to the worktree's lock, so that no other run gets it.
    keep_open = (ground.worktree.lock,)
    if session.devices is None:
        return ShellRunner(keep_open=keep_open)
    needs = devices_needed(ground.stages, caller_dir(session.project) or ".")
    return DeviceRunner(session.devices, needs, keep_open, keeper.use)


def state_of(built: BuildResult) -> State:
    """How a run whose build ended so has ended."""
    if built.interrupted:
        return State.INTERRUPTED
    return State.SUCCESS if built.ok else State.FAILED


def _record(
    session: Session, attempt: Attempt, ground: Ground, tree: str, result: RunResult
) -> tuple[RunResult, str | None]:
    """Commit what the run made and give it a ref: an experiment's, or one that only keeps it.

    Returns the result and the commit that was kept, if it became no experiment.
    """
    if result.state is not State.SUCCESS:
        return result, _keep(session, attempt, ground, tree, result).commit
    metrics = Metrics(result.values.metrics, result.base_values.metrics)
    commit = write_experiment(session, attempt, ground, tree, metrics)
    try:
        return replace(result, experiment=publish(session, attempt, commit)), None
    except RefConflict:
        if attempt.chosen:
            failed = replace(result, state=State.FAILED, error=name_taken(attempt.name).message)
            kept = _keep(session, attempt, ground, tree, failed)
            error = f"{failed.error} What it made is kept: `exp apply {kept.short_ref}`."
            return replace(failed, error=error), kept.commit
    # Another process made up the same name and was first. Nobody knows ours yet, so it may change.
    taken = names_on(session.project.repo, attempt.baseline)
    other = replace(attempt, name=random_name(taken))
    return _record(session, other, ground, tree, replace(result, name=other.name))


def _keep(session: Session, attempt: Attempt, ground: Ground, tree: str, result: RunResult) -> Kept:
    metrics = Metrics(result.values.metrics, result.base_values.metrics)
    commit = write_experiment(session, attempt, ground, tree, metrics, ending_of(result))
    return keep_failed(session.project.repo, attempt, commit, begun_from(session, attempt, ground))
