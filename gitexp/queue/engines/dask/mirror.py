"""What runs on workers, as files here: note, log and metrics as they were when somebody last looked.

`exp watch`, `exp show` and `exp logs -f` read the same files as for runs of this machine. Nothing is asked
of workers while nobody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gitexp.atomic import write_atomic
from gitexp.errors import ExpError
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.experiment.jobs.run_note import RunNote, running_file
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.git.repo import Repo
from gitexp.queue.board import Board
from gitexp.queue.engines.dask import there
from gitexp.queue.engines.dask.scheduler import Scheduler
from gitexp.queue.far.homecoming import forget_progress, progress_folder
from gitexp.queue.job import Place

_MODULE = "gitexp.queue.engines.dask.worker"


def mirror(repo: Repo, board: Board, scheduler: Scheduler, running: Mapping[str, str]) -> None:
    """Ask workers about the runs they are at: `running` is entry -> address of its worker.

    An entry that has begun is moved to `running`, in the name of its worker's process.
    """
    if not running:
        return
    asked = [(entry, _known(repo, entry)) for entry in running]
    workers = sorted(set(running.values()))
    said = scheduler.on_workers(there.call, _MODULE, "progress", asked, workers=workers)
    waiting = {job.id: job for _, job in board.entries(Place.SUBMITTED)}
    for answer in said.values():
        for entry, text, offset, log, metrics in answer if isinstance(answer, list) else ():
            note = _note(text, entry)
            if note is None or entry not in running:
                continue
            if entry in waiting:
                board.claim_entry(entry, note.owner)
            _write(repo, note, offset, log, metrics)


def unmirror(repo: Repo, entries: Iterable[str]) -> None:
    """They do not run (any more)."""
    for entry in entries:
        if running_file(repo, entry).exists():
            forget_progress(repo, entry)


def _known(repo: Repo, entry: str) -> int:
    log = job_of_entry(repo, entry).log
    return log.stat().st_size if log.exists() and running_file(repo, entry).exists() else 0


def _note(text: bytes, entry: str) -> RunNote | None:
    try:
        return parse_record(RunNote, text, entry)
    except ExpError:
        return None


def _write(repo: Repo, note: RunNote, offset: int, log: bytes, metrics: Sequence[tuple[str, Any]]) -> None:
    place = progress_folder(repo, note.id)
    for file, data in metrics:
        target = (place / file).resolve()
        if place.resolve() in target.parents and (not target.exists() or target.read_bytes() != data):
            write_atomic(target, data)
    folder = job_of_entry(repo, note.id)
    folder.folder.mkdir(parents=True, exist_ok=True)
    with folder.log.open("ab") as kept:
        if offset == 0:
            kept.truncate(0)
        kept.write(log)
    write_atomic(running_file(repo, note.id), dump_record(replace(note, root=str(place))))
