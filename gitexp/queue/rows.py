"""Rows of `exp show` for what is no experiment: entries that wait or run, those that could not begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.errors import ExpError
from gitexp.experiment.record import FileValues, Group, Row, State, Values
from gitexp.experiment.table import RevisionReader
from gitexp.pipeline.override_values import overridden
from gitexp.pipeline.overrides import by_file, parse_overrides
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
    """The table with the rows of the queue: above the experiments, the next to run first."""
    waiting = (Place.RUNNING, Place.SUBMITTED, Place.QUEUED, Place.HELD) if queued else ()
    places = (*waiting, *((Place.FAILED,) if failed else ()))
    entries = [
        (place, job)
        for place, job in (open_board(project.repo).entries(*places) if places else ())
        if job.prefix == project.prefix and (job.ending is None or job.ending.commit is None)
    ]
    if not entries:
        return list(groups)
    with RevisionReader(project) as reader:
        reader.expect([job.snapshot for _, job in entries])
        rows = [(job.attempt.baseline, _row(reader, place, job)) for place, job in entries]
    return [
        replace(group, rows=(*(row for base, row in rows if base == group.head.rev), *group.rows))
        for group in groups
    ]


def _row(reader: RevisionReader, place: Place, job: QueuedJob) -> Row:
    values = reader.commit(job.snapshot)
    values = replace(values, params=_params(values, job), metrics={}, timestamp=int(job.created))
    error = job.ending.why if job.ending else None
    return Row(job.snapshot, job.name, values, _STATES[place], error)


def _params(values: Values, job: QueuedJob) -> dict[str, FileValues]:
    """The params that it will run with; those of a file that an override does not fit stay as they are."""
    params = dict(values.params)
    try:
        for file, overrides in by_file(parse_overrides(job.attempt.overrides)).items():
            before = params.get(file)
            if before is not None and isinstance(before.values, dict):
                params[file] = FileValues(overridden(before.values, overrides))
    except ExpError:
        return dict(values.params)
    return params
