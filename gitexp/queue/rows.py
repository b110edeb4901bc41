"""Rows of `exp show` for what is no experiment: what runs or waits now, and what could not begin."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitexp.errors import ExpError
from gitexp.experiment.jobs.run_note import RunNote, running_notes
from gitexp.experiment.record import FileValues, Group, Row, State, Values
from gitexp.experiment.request import Attempt
from gitexp.experiment.table.table import RevisionReader
from gitexp.git.owner import is_gone
from gitexp.pipeline.override.overrides import by_file, parse_overrides
from gitexp.pipeline.override.values import overridden
from gitexp.pipeline.params import parse_params
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.job import Place, QueuedJob

_STATES = {
    Place.RUNNING: State.RUNNING,
    Place.QUEUED: State.QUEUED,
    Place.SUBMITTED: State.QUEUED,
    Place.HELD: State.QUEUED,
    Place.FAILED: State.FAILED,
}


def with_queue(project: Project, groups: Sequence[Group], queued: bool, failed: bool) -> list[Group]:
    """The table with what runs, whoever started it, and the queue: above the experiments, next to run first.

    What runs has the metrics that its files hold so far. A run that no queue started has no commit yet: its
    row's rev is the tree that it began with.
    """
    waiting = (Place.RUNNING, Place.SUBMITTED, Place.QUEUED, Place.HELD) if queued else ()
    places = (*waiting, *((Place.FAILED,) if failed else ()))
    entries = [
        (place, job)
        for place, job in (open_board(project.repo).entries(*places) if places else ())
        if job.prefix == project.prefix and (job.ending is None or job.ending.commit is None)
    ]
    notes = _living_notes(project) if queued else {}
    direct = [note for note in notes.values() if not note.queued]
    if not entries and not direct:
        return list(groups)
    with RevisionReader(project) as reader:
        reader.expect([job.snapshot for _, job in entries])
        rows = [(note.attempt.baseline, _row_of_run(reader, note)) for note in direct]
        rows += [
            (job.attempt.baseline, _row_of_entry(reader, place, job, notes.get(job.id)))
            for place, job in entries
        ]
    return [
        replace(group, rows=(*(row for base, row in rows if base == group.head.rev), *group.rows))
        for group in groups
    ]


def _living_notes(project: Project) -> dict[str, RunNote]:
    """What runs here now, by id. Runs whose process was killed are not told of: they are kept as failed."""
    now = time.time()
    notes = {}
    for path, note in running_notes(project.repo):
        with suppress(FileNotFoundError):  # it has ended this moment
            if note.prefix == project.prefix and not is_gone(note.owner, now - path.stat().st_mtime):
                notes[note.id] = note
    return notes


def _row_of_run(reader: RevisionReader, note: RunNote) -> Row:
    values = reader.tree(note.attempt.tree)
    params = _params(values, note.attempt)
    values = replace(values, params=params, metrics=_metrics_so_far(note), timestamp=int(note.began))
    return Row(note.attempt.tree, note.name, values, State.RUNNING)


def _row_of_entry(reader: RevisionReader, place: Place, job: QueuedJob, note: RunNote | None) -> Row:
    values = reader.commit(job.snapshot)
    metrics = _metrics_so_far(note) if note else {}
    params = _params(values, job.attempt)
    values = replace(values, params=params, metrics=metrics, timestamp=int(job.created))
    error = job.ending.why if job.ending else None
    return Row(job.snapshot, job.name, values, _STATES[place], error)


def _metrics_so_far(note: RunNote) -> dict[str, FileValues]:
    """The metrics files that the run has written into its folder, as far as they are whole."""
    found = {}
    for file in note.metrics if note.root else ():
        path = Path(note.root, file)
        with suppress(OSError, ExpError):
            if path.stat().st_mtime >= note.began:  # else it is the baseline's, laid out with the rest
                found[file] = FileValues(parse_params(file, path.read_bytes()))
    return found


def _params(values: Values, attempt: Attempt) -> dict[str, FileValues]:
    """The params that it will run with; those of a file that an override does not fit stay as they are."""
    params = dict(values.params)
    try:
        for file, overrides in by_file(parse_overrides(attempt.overrides)).items():
            before = params.get(file)
            if before is not None and isinstance(before.values, dict):
                params[file] = FileValues(overridden(before.values, overrides))
    except ExpError:
        return dict(values.params)
    return params
