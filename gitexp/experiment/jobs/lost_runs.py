"""Runs whose process was killed: each is kept as an interrupted one, with what it was and its log.

A run that is an entry of the queue is the queue's to put back; only its note goes.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.jobs.failed import keep_failed
from gitexp.experiment.jobs.joblog import Job, jobs_folder
from gitexp.experiment.jobs.overridden_tree import overridden_tree
from gitexp.experiment.jobs.run_note import RunNote, ended_file, running_notes
from gitexp.experiment.json_record import dump_record
from gitexp.experiment.kept import Kept
from gitexp.experiment.message import Facts, compose
from gitexp.experiment.record import State
from gitexp.git.objects import write_commit
from gitexp.git.owner import is_gone
from gitexp.project import Project


def keep_lost_runs(project: Project) -> list[Kept]:
    """Keep what killed processes were running; what was kept. Safe to be called by many at once."""
    kept = []
    for path, note in running_notes(project.repo):
        if not _is_lost(path, note):
            continue
        if note.queued:
            path.unlink(missing_ok=True)
        elif _is_ours(project, path, note):
            kept.append(_keep(project, note))
    return kept


def _is_lost(path: Path, note: RunNote) -> bool:
    try:
        return is_gone(note.owner, time.time() - path.stat().st_mtime)
    except FileNotFoundError:
        return False  # it has ended meanwhile


def _is_ours(project: Project, path: Path, note: RunNote) -> bool:
    """Move the note beside its log: whoever succeeds has the run."""
    target = ended_file(Job(note.id, jobs_folder(project.repo) / note.id))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.rename(path, target)
    except FileNotFoundError:
        return False
    return True


def _keep(project: Project, note: RunNote) -> Kept:
    attempt = note.attempt
    stage = next((stage.stage for stage in note.stages if stage.status == "running"), None)
    ended = max([note.began, *(stage.since for stage in note.stages)])
    message = f"its process was killed ({note.owner})"
    ending = Ending(
        State.INTERRUPTED.value, None, stage, None, message, round(ended - note.began, 3), time.time()
    )
    try:
        tree = overridden_tree(project, attempt, note.folder, note.prefix)
    except ExpError:
        tree = attempt.tree
    facts = Facts(
        attempt.name,
        attempt.overrides,
        project=note.prefix,
        job=note.id,
        group=attempt.group,
        ending=ending,
        environment=attempt.environment,
    )
    commit = write_commit(project.repo, tree, [attempt.baseline], compose(facts))
    kept = keep_failed(project.repo, attempt, commit, attempt.tree)
    job = Job(note.id, jobs_folder(project.repo) / note.id)
    write_atomic(ended_file(job), dump_record(replace(note, ending=ending, root="")))
    return kept
