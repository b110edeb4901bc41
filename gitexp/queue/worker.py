"""A worker: takes entries from the board one after another and runs each to its end.

One process runs many experiments (no Python start each). While one runs, a second thread beats its heart and
looks for a request to kill it. A worker that dies leaves its entry in running/; whoever looks next finds the
owner gone and puts the entry back (`gitexp.queue.lost`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import ending_of
from gitexp.experiment.record import RunResult, State, Watcher
from gitexp.git.owner import Owner
from gitexp.queue.board import Board
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.lost import requeue_lost

BEAT = 2.0  # seconds between heartbeats
LOOK = 0.2  # seconds between looks for a request to kill


class RunJob(Protocol):
    """Runs one entry; the engine behind it is `gitexp.queue.execute`."""

    def __call__(self, job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult: ...


@dataclass(frozen=True, slots=True)
class Shift:
    """What one worker works with. `stop` ends it: it begins nothing new, and stops what runs."""

    board: Board
    owner: Owner
    run_job: RunJob
    stop: Stop
    enough: Callable[[], bool]  # asked between entries: whether to go home
    watcher: Watcher


def work(shift: Shift) -> list[RunResult]:
    """Run entries until none waits, or the worker is told to go home."""
    results = []
    while not shift.stop.asked and not shift.enough():
        requeue_lost(shift.board)
        job = shift.board.claim(shift.owner)
        if job is None:
            break
        results.append(run_one(shift, job))
    return results


def run_one(shift: Shift, job: QueuedJob) -> RunResult:
    """Run a claimed entry and put it where its ending belongs. An error of the run is a failed entry."""
    result = carry_out(shift, job)
    place = Place.SUCCESS if result.state is State.SUCCESS else Place.FAILED
    shift.board.end(job, ending_of(result), place)
    return result


def carry_out(shift: Shift, job: QueuedJob) -> RunResult:
    """Run a claimed entry and say how it ended; it still stands among the running ones."""
    began = time.time()
    with _watched(shift, job) as stop:
        try:
            return shift.run_job(job, stop, shift.watcher)
        except ExpError as error:
            text = error.message if error.hint is None else f"{error.message} ({error.hint})"
            return _failed(job, text, time.time() - began)
        except OSError as error:  # a full disk, a folder that went away: the queue goes on
            return _failed(job, str(error), time.time() - began)


def _failed(job: QueuedJob, error: str, seconds: float) -> RunResult:
    overrides = job.attempt.overrides
    return RunResult(
        job.name, State.FAILED, job.attempt.baseline, overrides=overrides, seconds=seconds, error=error
    )


@contextmanager
def _watched(shift: Shift, job: QueuedJob) -> Iterator[Stop]:
    """While the block runs: heartbeats go out, and a request to kill or stop asks the job's own Stop."""
    stop, over = Stop(), threading.Event()

    def watch() -> None:
        beaten = passed_on = 0
        while True:
            while passed_on < shift.stop.level:
                stop.ask()
                passed_on += 1
            if over.wait(LOOK):
                return
            if time.monotonic() - beaten > BEAT:
                beaten = int(time.monotonic())
                if not shift.board.beat(job):
                    stop.ask()  # removed from the queue: nobody wants it any more
            if shift.board.take_kill(job):
                stop.ask()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        over.set()
        thread.join()
