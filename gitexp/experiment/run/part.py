"""Run a part of an experiment ahead of it: nothing is committed, what is made waits in the run cache."""

from __future__ import annotations

import time
from dataclasses import replace

from gitexp.experiment.ending import ending_of
from gitexp.experiment.jobs.joblog import open_job
from gitexp.experiment.record import RunEnded, RunResult, RunStarted, Watcher
from gitexp.experiment.request import Attempt, Scope
from gitexp.experiment.run.attempt import build_in, state_of
from gitexp.experiment.run.first_note import first_note
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.worksite import lay_out, lent_worktree


def run_part(session: Session, attempt: Attempt, target: str, job_id: str, watcher: Watcher) -> RunResult:
    """Run the stage `target` of an experiment, and upstream what no run has left in the cache yet.

    Its log and its note go by `job_id`. Raises ExpError for what is wrong before any stage runs.
    """
    began = time.monotonic()
    part = replace(attempt, name=f"{target} for {attempt.name}", job=job_id)
    scoped = replace(session, request=replace(session.request, scope=Scope(targets=(target,))))
    watcher(RunStarted(part.name, part.overrides, part.baseline))
    with lent_worktree(scoped, part) as worktree:
        ground = lay_out(scoped, part, worktree)
        job = open_job(scoped.project.repo, part.name, job_id)
        keeper = scoped.journal.begin(job, first_note(scoped, part, ground, job))
        with keeper.told():
            built = build_in(scoped, part, ground, job.log, watcher, keeper)
    seconds = time.monotonic() - began
    result = RunResult(
        part.name,
        state_of(built),
        part.baseline,
        stages=built.stages,
        overrides=part.overrides,
        log=job.log,
        seconds=seconds,
    )
    keeper.end(ending_of(result), part.name)
    watcher(RunEnded(result))
    return result
