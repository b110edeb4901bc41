"""Put experiments into the queue: each with the workspace as it is now, whatever becomes of it later."""

from __future__ import annotations

import calendar
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.experiment.request import Attempt, RunRequest, Sweep
from gitexp.experiment.run.foresee import with_edited_data
from gitexp.experiment.run.prepare import Prepared, prepare
from gitexp.experiment.scope import caller_dir
from gitexp.git.objects import write_commit
from gitexp.git.refs import RefChange, change_refs, create_ref, list_refs
from gitexp.git.repo import Repo
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.titles import called, remember

SNAPSHOTS = "refs/gitexp/queue/"


@dataclass(frozen=True, slots=True)
class Queued:
    jobs: tuple[QueuedJob, ...]
    prepared: Prepared


def enqueue(project: Project, request: RunRequest, retries: int = 1) -> Queued:
    """Queue what `request` asks for; one entry for each combination of a sweep.

    All of them share one snapshot commit under refs/gitexp/queue/, so a sweep costs one snapshot and one
    small file an entry. Names are unique among finished and queued experiments of the baseline.
    Raises ExpError for whatever `exp run` would refuse before it runs.
    """
    board = open_board(project.repo)
    prepared = prepare(project, request, names_in_queue(board), look_ahead=True)
    if not prepared.attempts or prepared.foreseen is None:
        return Queued((), prepared)
    tree = with_edited_data(project, prepared.foreseen, prepared.snapshot.tree)
    attempts = [replace(attempt, tree=tree) for attempt in prepared.attempts]
    return Queued(put_attempts(project, request, attempts, retries), prepared)


def put_attempts(
    project: Project, request: RunRequest, attempts: Sequence[Attempt], retries: int = 1
) -> tuple[QueuedJob, ...]:
    """Queue attempts that begin from one tree; a snapshot commit keeps it."""
    board = open_board(project.repo)
    group = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    first = attempts[0]
    message = f"exp queue: the workspace of {len(attempts)} queued experiments"
    commit = write_commit(project.repo, first.tree, [first.baseline], message)
    create_ref(project.repo, SNAPSHOTS + group, commit, "exp run --queue")
    # What is the same for all of a sweep; the overrides are each entry's own.
    common = replace(request, overrides=(), name=None, sweep=Sweep())
    jobs = tuple(
        _job(project, common, attempt, commit, group, number, retries)
        for number, attempt in enumerate(attempts)
    )
    for job in jobs:
        board.put(job)
    remember(board, jobs)
    return jobs


def drop_snapshots(repo: Repo, board: Board) -> None:
    """Let go of the snapshot commits that no entry needs any more: all done, or removed.

    A group that is being queued at this moment has its ref before its entries, so young refs stay.
    """
    needed = {snapshot_ref(slip.group) for place, slip in board.slips() if place is not Place.SUCCESS}
    gone = [ref for ref in list_refs(repo, SNAPSHOTS) if ref.name not in needed and _is_settled(ref.name)]
    if gone:
        change_refs(repo, [RefChange(ref.name, new=None, old=ref.oid) for ref in gone])


def _is_settled(ref: str) -> bool:
    """Whether the group was queued more than a minute ago; its name begins with the time."""
    try:
        began = calendar.timegm(time.strptime(ref.removeprefix(SNAPSHOTS)[:15], "%Y%m%d-%H%M%S"))
    except ValueError:
        return True
    return time.time() - began > 60


def snapshot_ref(group: str | None) -> str:
    """The ref that keeps the snapshot of what was queued together while the queue has any of it."""
    return f"{SNAPSHOTS}{group}"


def names_in_queue(board: Board) -> dict[str, set[str]]:
    """Names that are spoken for, by baseline: queued, held and running entries."""
    names: dict[str, set[str]] = {}
    slips = board.slips(Place.QUEUED, Place.HELD, Place.SUBMITTED, Place.RUNNING)
    for title in called(board, slips).values():
        names.setdefault(title.baseline, set()).add(title.name)
    return names


def _job(
    project: Project,
    request: RunRequest,
    attempt: Attempt,
    commit: str,
    group: str,
    number: int,
    retries: int,
) -> QueuedJob:
    now = time.time()
    identity = f"{group}-{number}"
    return QueuedJob(
        id=identity,
        # Microseconds, and the place in the sweep: entries of one moment keep their order.
        order=int(now * 1_000_000) + number,
        attempt=replace(attempt, job=identity),
        snapshot=commit,
        created=now,
        request=request,
        folder=caller_dir(project),
        prefix=project.prefix,
        retries=retries,
        group=group,
    )
