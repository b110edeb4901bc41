"""What a run says of itself when it begins."""

from __future__ import annotations

import time
from dataclasses import replace

from gitexp.experiment.jobs.joblog import Job
from gitexp.experiment.jobs.run_note import RunNote
from gitexp.experiment.request import Attempt, Sweep
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.worksite import Ground
from gitexp.experiment.scope import caller_dir
from gitexp.git.owner import this_process
from gitexp.pipeline.stage import OutKind


def first_note(session: Session, attempt: Attempt, ground: Ground, job: Job) -> RunNote:
    """The note of a run whose worktree is laid out."""
    pipeline = ground.graph.pipeline
    outs = (out for stage in ground.stages for out in stage.outs if out.kind is OutKind.METRIC)
    return RunNote(
        id=job.id,
        attempt=attempt,
        # Of a sweep only what is this run's own: the list of all its values would be in every note.
        request=replace(session.request, overrides=attempt.overrides, name=attempt.name, sweep=Sweep()),
        owner=this_process(),
        began=time.time(),
        folder=caller_dir(session.project),
        prefix=session.project.prefix,
        queued=attempt.job is not None,
        root=str(ground.root),
        metrics=tuple(dict.fromkeys([*(out.path for out in outs), *pipeline.metrics])),
    )
