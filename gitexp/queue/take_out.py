"""Take entries out of the queue so that `exp undo` can put them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.experiment.kept import before_ref, stamp
from gitexp.experiment.operations import Operation, TakenOut, some_of, write_operation
from gitexp.git.refs import RefChange, change_refs
from gitexp.git.repo import Repo
from gitexp.queue.board import Board
from gitexp.queue.enqueue import snapshot_ref
from gitexp.queue.job import Place, QueuedJob, dump_job

_ENDED = (Place.SUCCESS, Place.FAILED)


def take_out(repo: Repo, board: Board, chosen: Sequence[tuple[Place, QueuedJob]]) -> list[QueuedJob]:
    """Remove entries from their places; those that were still there. What ran waits again after an undo."""
    removed = [(place, job) for place, job in chosen if board.remove(job, place)]
    if not removed:
        return []
    # Their snapshots would be anybody's to drop: what undo needs is kept under refs of its own.
    kept = {commit: before_ref() for commit in {job.snapshot for _, job in removed}}
    change_refs(repo, [RefChange(ref, commit, None) for commit, ref in kept.items()])
    what = f"queue remove {some_of([job.name for _, job in removed])}"
    files = tuple(_file(repo, board, place, job) for place, job in removed)
    write_operation(repo, Operation(stamp(), what, kept=tuple(kept.values()), files=files))
    return [job for _, job in removed]


def _file(repo: Repo, board: Board, place: Place, job: QueuedJob) -> TakenOut:
    again = place if place in (*_ENDED, Place.HELD) else Place.QUEUED
    free = replace(job, owner=None)
    path = board.folder.relative_to(repo.state_dir) / again.value / free.file_name
    return TakenOut(path.as_posix(), dump_job(free).decode(), snapshot_ref(job.group), job.snapshot)
