"""Entries whose worker died: noticed by host, boot id, pid and heartbeat, and put back into the queue."""

from __future__ import annotations

import time

from gitexp.build.claim import claim, untold
from gitexp.build.stop import Stop
from gitexp.experiment.ending import Ending
from gitexp.git.owner import is_gone
from gitexp.queue.board import Board
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.job import Place, QueuedJob


def find_lost(board: Board) -> list[QueuedJob]:
    """The running entries whose owner can't be running them any more.

    Of those that an engine has its word counts, not ours: see `gitexp.queue.engines.reconcile`.
    """
    now = time.time()
    lost = []
    theirs = Tickets(board.folder).entries()
    for _, job in board.entries(Place.RUNNING):
        if job.id in theirs:
            continue
        beat = board.last_beat(job)
        if beat is not None and is_gone(job.owner, now - beat):
            lost.append(job)
    return lost


def requeue_lost(board: Board) -> list[QueuedJob]:
    """Put lost entries back where they stood; those lost too often are failed: none loops for ever."""
    if not find_lost(board):
        return []
    # Under the lock look again: whoever had it before us may have put the same entries back.
    with claim(board.folder, "lost.lock", Stop(), untold):
        lost = find_lost(board)
        for job in lost:
            _put_back(board, job)
        return lost


def _put_back(board: Board, job: QueuedJob) -> None:
    if job.lost < job.retries:
        board.put_back(job)
        return
    message = f"its worker was lost {job.lost + 1} times (killed, or the machine went down)"
    board.end(job, Ending("failed", message=message, at=time.time()), Place.FAILED)
