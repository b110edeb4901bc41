"""Remove by name what is no experiment: entries of the queue, and what was kept of failed runs."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.find import experiment_called
from gitexp.experiment.jobs.failed import remove_failed
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.git.repo import Repo
from gitexp.project import Project
from gitexp.queue.board import Board, open_board
from gitexp.queue.engines.withdraw import cancel_jobs
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.take_out import take_out

_WAITING = (Place.QUEUED, Place.HELD)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`removed`: names of what went. `known`: those of the words that meant nothing else."""

    removed: tuple[str, ...]
    known: frozenset[str]


def remove_unfinished(
    project: Project, words: Sequence[str], queued: bool = False, failed: bool = False
) -> Unfinished:
    """Remove what the words name, all that waits (`queued`), all that failed (`failed`).

    Jobs that engines have of these entries are cancelled.

    A word that names an experiment as well means also that: it is not among the `known` ones. When a word
    means nothing at all, nothing is removed: the caller refuses it.
    """
    repo = project.repo
    board = open_board(repo)
    failures = {kept.name for kept in list_kept(repo, FAILED)} if words else set()
    named = {word for word in words if word in failures or board.named(word)}
    also = {word for word in words if experiment_called(repo, word) is not None}
    if any(word not in named | also for word in words):
        return Unfinished((), frozenset())
    taken = _from_board(repo, board, named, queued, failed)
    cancel_jobs(project, [job.id for _, job in taken])
    removed = [job.name for place, job in taken if place is not Place.SUCCESS]
    removed += [kept.name for kept in remove_failed(repo, None if failed else sorted(named))]
    return Unfinished(tuple(dict.fromkeys(removed)), frozenset(named - also))


def _from_board(
    repo: Repo, board: Board, words: set[str], queued: bool, failed: bool
) -> list[tuple[Place, QueuedJob]]:
    chosen = [
        (place, job)
        for place, job in board.entries()
        if (queued and place in _WAITING) or (failed and place is Place.FAILED) or {job.name, job.id} & words
    ]
    places = {job.id: place for place, job in chosen}
    return [(places[job.id], job) for job in take_out(repo, board, chosen)]
