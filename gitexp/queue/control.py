"""What people do to the queue: look, remove, try again, hold, release, move to the front, kill, stop."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.git.repo import Repo
from gitexp.project import Project
from gitexp.queue.board import board_folder, open_board
from gitexp.queue.crew import Worker, workers
from gitexp.queue.engines.reconcile import Joined, reconcile
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.engines.withdraw import cancel_jobs
from gitexp.queue.enqueue import drop_snapshots, names_in_queue
from gitexp.queue.job import Place, QueuedJob, Slip
from gitexp.queue.lost import requeue_lost
from gitexp.queue.take_out import take_out

_ORDER = (Place.RUNNING, Place.SUBMITTED, Place.QUEUED, Place.HELD, Place.FAILED, Place.SUCCESS)


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue at one moment, in DVC's order (running, queued, failed, success), and who works.

    `entries` are the first of them, as many as were wanted; `slips` all.
    """

    entries: tuple[tuple[Place, QueuedJob], ...]
    slips: tuple[tuple[Place, Slip], ...]
    workers: tuple[Worker, ...]
    joined: Joined = Joined()  # what engines say of the entries that they have

    @property
    def left_out(self) -> int:
        """How many more entries there are."""
        return len(self.slips) - len(self.entries)

    @property
    def counts(self) -> Mapping[Place, int]:
        """How many entries stand in each place that has any."""
        return Counter(place for place, _ in self.slips)

    @property
    def unfinished(self) -> bool:
        """Whether anything waits or runs."""
        return any(self.counts.get(place) for place in (Place.RUNNING, Place.SUBMITTED, Place.QUEUED))

    @property
    def busy(self) -> int:
        """How many of the workers run something."""
        owners = {slip.owner for place, slip in self.slips if place is Place.RUNNING}
        return sum(worker.owner in owners for worker in self.workers)


def read_queue(project: Project, most: int | None = None) -> QueueState:
    """The queue as it is; entries of dead workers and of lost jobs are put back first.

    Of `most` entries the files are read, of the rest only their names.
    """
    board = open_board(project.repo)
    requeue_lost(board)
    joined = reconcile(project)
    slips = sorted(board.snapshot(), key=lambda entry: (_ORDER.index(entry[0]), entry[1].order))
    # What moves on meanwhile is read where it is then.
    seen = ((place, slip, board.read(place, slip)) for place, slip in slips[:most])
    found = [(place, job) if job else board.locate(slip.id) for place, slip, job in seen]
    entries = tuple(entry for entry in found if entry is not None)
    return QueueState(entries, tuple(slips), tuple(workers(board.folder)), joined)


def remove_entries(project: Project, words: Sequence[str], places: Sequence[Place]) -> list[QueuedJob]:
    """Forget entries: those named, and all in `places`. Their logs and experiments stay.

    A running entry is stopped by its worker when it finds itself removed; it has to be named. Jobs of engines
    are cancelled. Raises ExpError for a word that names nothing; then nothing is removed.
    """
    board = open_board(project.repo)
    chosen = board.find(words, *_ORDER) if words else []
    chosen += [entry for entry in board.entries(*places) if entry not in chosen] if places else []
    removed = take_out(project.repo, board, chosen)
    cancel_jobs(project, [job.id for job in removed])
    drop_snapshots(project.repo, board)
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


def hold_entries(project: Project, words: Sequence[str]) -> list[QueuedJob]:
    """Keep waiting entries from being run until they are released; those an engine has are taken back."""
    board = open_board(project.repo)
    waiting = (Place.QUEUED, Place.SUBMITTED)
    chosen = board.find(words, *waiting) if words else board.entries(*waiting)
    held = [job for place, job in chosen if board.move(job, place, Place.HELD)]
    cancel_jobs(project, [job.id for job in held])
    return held


def release_entries(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Let held entries wait for their turn again, where they stood."""
    return _move(repo, words, Place.HELD, Place.QUEUED)


def move_to_front(repo: Repo, words: Sequence[str]) -> list[QueuedJob]:
    """Make waiting entries the next ones, in the order in which they are named."""
    board = open_board(repo)
    chosen = board.find(words, Place.QUEUED)
    return list(reversed([board.to_front(job) for _, job in reversed(chosen)]))


def kill_entries(project: Project, words: Sequence[str]) -> list[QueuedJob]:
    """Ask those who run entries to stop; each is kept as interrupted. What an engine has not begun never
    begins. Raises ExpError for a word that names neither."""
    board = open_board(project.repo)
    chosen = board.find(words, Place.RUNNING, Place.SUBMITTED)
    killed = Ending("interrupted", message="killed before it began", at=time.time())
    for place, job in chosen:
        if place is Place.RUNNING or not board.end(job, killed, Place.FAILED, place):
            board.ask_kill(job)
    # Of those that run the ticket stays: until they have ended their engine has a say.
    cancel_jobs(project, [job.id for place, job in chosen if place is Place.SUBMITTED])
    cancel_jobs(project, [job.id for place, job in chosen if place is Place.RUNNING], keep_tickets=True)
    return [job for _, job in chosen]


def stop_workers(repo: Repo, kill: bool = False) -> list[Worker]:
    """Tell every worker to go home after what it runs; with `kill`, to stop that now."""
    told = workers(board_folder(repo))
    for worker in told:
        worker.tell(now=kill)
    return told


def stop_engines(project: Project, kill: bool = False) -> tuple[list[QueuedJob], list[QueuedJob]]:
    """Take back from the engines what waits there; with `kill`, stop what runs, too. Both as lists."""
    board = open_board(project.repo)
    waiting = [
        job for _, job in board.entries(Place.SUBMITTED) if board.move(job, Place.SUBMITTED, Place.QUEUED)
    ]
    theirs = Tickets(board.folder).entries()
    running = [job for _, job in board.entries(Place.RUNNING) if kill and job.id in theirs]
    for job in running:
        board.ask_kill(job)
    cancel_jobs(project, [job.id for job in waiting])
    cancel_jobs(project, [job.id for job in running], keep_tickets=True)
    return waiting, running


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
