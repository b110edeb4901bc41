"""A worker runs what waits, one after another, and says how each ended. The engine is a fake."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gitexp.build.events import Failure, Outcome, StageResult
from gitexp.build.stop import Stop
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.record import Experiment, RunResult, State, Watcher, unwatched
from gitexp.experiment.request import Attempt
from gitexp.git.owner import this_process
from gitexp.queue.board import Board
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.worker import Shift, work


def board_with(folder: Path, *names: str) -> Board:
    board = Board(folder)
    for order, name in enumerate(names):
        board.put(QueuedJob(f"id-{name}", order, Attempt(name, "b" * 40, "t" * 40), "s" * 40, 0.0))
    return board


@pytest.fixture
def work_board(tmp_path: Path) -> Board:
    return board_with(tmp_path / "board", "a", "b")


def succeed(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
    experiment = Experiment(job.name, "c" * 40, "b" * 40)
    return RunResult(job.name, State.SUCCESS, "b" * 40, experiment, seconds=1.0)


def fail(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
    failed = StageResult("train", Outcome.FAILED, failure=Failure("exited with 3", 3))
    return RunResult(job.name, State.FAILED, "b" * 40, stages=(failed,))


def refuse(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
    raise ExpError("no such param", "try another")


def wait_for_stop(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
    for _ in range(500):
        if stop.asked:
            return RunResult(job.name, State.INTERRUPTED, "b" * 40)
        threading.Event().wait(0.01)
    raise AssertionError("was not stopped")


def shift(board: Board, run_job: object, stop: Stop | None = None, most: int = 99) -> Shift:
    seen: list[int] = []

    def enough() -> bool:
        seen.append(1)
        return len(seen) > most

    return Shift(board, this_process(), run_job, stop or Stop(), enough, unwatched)  # type: ignore[arg-type]


def endings(board: Board) -> dict[str, tuple[Place, Ending | None]]:
    return {job.name: (place, job.ending) for place, job in board.entries()}


def test_everything_that_waits_is_run_in_order(work_board: Board) -> None:
    results = work(shift(work_board, succeed))
    assert [result.name for result in results] == ["a", "b"]
    assert {place for place, _ in endings(work_board).values()} == {Place.SUCCESS}


def test_a_failed_run_is_kept_with_stage_and_code_and_the_queue_goes_on(work_board: Board) -> None:
    work(shift(work_board, fail))
    place, ending = endings(work_board)["a"]
    assert place is Place.FAILED
    assert ending is not None
    assert (ending.state, ending.stage, ending.exit_code) == ("failed", "train", 3)
    assert endings(work_board)["b"][0] is Place.FAILED


def test_what_can_not_begin_is_a_failed_entry_too(work_board: Board) -> None:
    work(shift(work_board, refuse))
    ending = endings(work_board)["a"][1]
    assert ending is not None
    assert ending.message == "no such param (try another)"


def test_a_worker_goes_home_when_told_after_the_running_one(work_board: Board) -> None:
    work(shift(work_board, succeed, most=1))
    assert [place for place, _ in work_board.entries()] == [Place.QUEUED, Place.SUCCESS]


def test_a_request_to_kill_reaches_the_running_entry_alone(work_board: Board) -> None:
    first = work_board.find(["a"])[0][1]
    work_board.ask_kill(first)
    results = work(shift(work_board, wait_for_stop, most=1))
    assert [result.state for result in results] == [State.INTERRUPTED]
    assert endings(work_board)["a"][0] is Place.FAILED
    assert endings(work_board)["b"][0] is Place.QUEUED


def test_an_entry_removed_while_it_runs_is_stopped(tmp_path: Path) -> None:
    board = board_with(tmp_path / "board", "a")

    def remove_then_wait(job: QueuedJob, stop: Stop, watcher: Watcher) -> RunResult:
        board.remove(job, Place.RUNNING)
        return wait_for_stop(job, stop, watcher)

    results = work(shift(board, remove_then_wait))
    assert [result.state for result in results] == [State.INTERRUPTED]
    assert board.entries() == []
