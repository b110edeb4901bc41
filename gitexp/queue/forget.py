"""Remove by name what is no experiment: entries of the queue, and what was kept of failed runs."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.find import experiment_called
from gitexp.experiment.jobs.failed import remove_failed
from gitexp.experiment.kept import FAILED, list_kept
from gitexp.git.repo import Repo
from gitexp.queue.board import Board, open_board
from gitexp.queue.job import Place

_WAITING = (Place.QUEUED, Place.HELD)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """`removed`: names of what went. `known`: those of the words that meant nothing else."""

    removed: tuple[str, ...]
    known: frozenset[str]


def remove_unfinished(
    repo: Repo, words: Sequence[str], queued: bool = False, failed: bool = False
) -> Unfinished:
    """Remove what the words name, all that waits (`queued`), all that failed (`failed`).

    A word that names an experiment as well means also that: it is not among the `known` ones. When a word
    means nothing at all, nothing is removed: the caller refuses it.
    """
    board = open_board(repo)
    failures = {kept.name for kept in list_kept(repo, FAILED)} if words else set()
    named = {word for word in words if word in failures or board.named(word)}
    also = {word for word in words if experiment_called(repo, word) is not None}
    if any(word not in named | also for word in words):
        return Unfinished((), frozenset())
    removed = _from_board(board, named, queued, failed)
    removed += [kept.name for kept in remove_failed(repo, None if failed else sorted(named))]
    return Unfinished(tuple(dict.fromkeys(removed)), frozenset(named - also))


def _from_board(board: Board, words: set[str], queued: bool, failed: bool) -> list[str]:
    removed = []
    for place, job in board.entries():
        wanted = (queued and place in _WAITING) or (failed and place is Place.FAILED)
        if (wanted or job.name in words or job.id in words) and board.remove(job, place):
            removed += [] if place is Place.SUCCESS else [job.name]
    return removed
