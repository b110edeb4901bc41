"""What people do to the queue: look, remove, try again, hold, release, move to the front, kill, stop."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from gitexp.errors import ExpError
from gitexp.git.repo import Repo
from gitexp.queue.board import board_folder, open_board
from gitexp.queue.crew import Worker, workers
from gitexp.queue.enqueue import drop_snapshots, names_in_queue
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.lost import requeue_lost

_ORDER = (Place.RUNNING, Place.QUEUED, Place.HELD, Place.FAILED, Place.SUCCESS)


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at one moment: entries in DVC's order (running, queued, failed, success) and who works."""

    entries: tuple[tuple[Place, QueuedJob], ...]
    workers: tuple[Worker, ...]

    @property
    def unfinished(self) -> bool:
        """Whether anything waits or runs."""
        return any(place in (Place.RUNNING, Place.QUEUED) for place, _ in self.entries)

    @property
    def busy(self) -> int:
        """How many of the workers run something."""
        owners = {job.owner for place, job in self.entries if place is Place.RUNNING}
        return sum(worker.owner in owners for worker in self.workers)


def read_queue(repo: Repo) -> QueueState:
    """The queue as it is; entries of dead workers are put back first."""
    board = open_board(repo)
    requeue_lost(board)
    return QueueState(tuple(board.entries(*_ORDER)), tuple(workers(board_folder(repo))))


def remove_entries(repo: Repo, words: Sequence[str], places: Sequence[Place]) -> list[QueuedJob]:
    """Forget entries: those named, and all in `places`. Their logs and experiments stay.

    A running entry is stopped by its worker when it finds itself removed; it has to be named.
    Raises ExpError for a word that names nothing; then nothing is removed.
    """
    board = open_board(repo)
    chosen = board.find(words, *_ORDER) if words else []
    chosen += [entry for entry in board.entries(*places) if entry not in chosen] if places else []
    removed = [job for place, job in chosen if board.remove(job, place)]
    drop_snapshots(repo, board)
    return removed


def retry_entries(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Queue failed entries again with what they were; all failed ones when none is named."""
    board = open_board(repo)
    chosen = board.find(words, Place.FAILED) if words else board.entries(Place.FAILED)
    spoken_for = names_in_queue(board)
    for _, job in chosen:
        if job.name in spoken_for.get(job.attempt.baseline, set()):
            raise ExpError(f"'{job.name}' is in the queue again already.")
    return [board.run_again(job) for _, job in chosen]


def hold_entries(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Keep waiting entries from being run until they are released."""
    return _move(repo, words, Place.QUEUED, Place.HELD)


def release_entries(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Let held entries wait for their turn again, where they stood."""
    return _move(repo, words, Place.HELD, Place.QUEUED)


def move_to_front(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Make waiting entries the next ones, in the order in which they are named."""
    board = open_board(repo)
    chosen = board.find(words, Place.QUEUED)
    return list(reversed([board.to_front(job) for _, job in reversed(chosen)]))


def kill_entries(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Ask the workers of running entries to stop them; each is kept as interrupted."""
    board = open_board(repo)
    chosen = [job for _, job in board.find(words, Place.RUNNING)]
    for job in chosen:
        board.ask_kill(job)
    return chosen


def stop_workers(repo: Repo, kill: bool = False) -> list[Worker]:
    """Tell every worker to go home after what it runs; with `kill`, to stop that now."""
    told = workers(board_folder(repo))
    for worker in told:
        worker.tell(now=kill)
    return told


def wait_until_home(repo: Repo, told: Sequence[Worker], seconds: float) -> list[Worker]:
    """Wait until the workers are gone, or so many seconds; those still there."""
    deadline = time.monotonic() + seconds
    while True:
        alive = {worker.path for worker in workers(board_folder(repo))}
        left = [worker for worker in told if worker.path in alive]
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.1)


def _move(repo: Repo, words: Sequence[str], source: Place, target: Place) -> list[QueuedJob]:
    board = open_board(repo)
    chosen = board.find(words, source) if words else board.entries(source)
    return [job for _, job in chosen if board.move(job, source, target)]
