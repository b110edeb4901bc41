"""Workers that died are noticed, whatever their pid is used for now; those that live are left alone."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

from gitexp.experiment.request import Attempt
from gitexp.git.owner import SILENCE, is_gone, this_process
from gitexp.queue.board import Board
from gitexp.queue.job import Place, QueuedJob
from gitexp.queue.lost import requeue_lost


def dead_pid() -> int:
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def running(folder: Path, owner_pid: int) -> tuple[Board, QueuedJob]:
    board = Board(folder)
    board.put(QueuedJob("id1", 1, Attempt("a", "b" * 40, "t" * 40), "s" * 40, 0.0))
    job = board.claim(replace(this_process(), pid=owner_pid))
    assert job is not None
    return board, job


def test_we_are_not_gone() -> None:
    assert not is_gone(this_process(), silent=1e9)


def test_a_dead_process_is_gone_at_once() -> None:
    assert is_gone(replace(this_process(), pid=dead_pid()), silent=0)


def test_a_pid_that_was_used_again_is_gone() -> None:
    assert is_gone(replace(this_process(), started="1"), silent=0)


def test_a_reboot_ends_every_process() -> None:
    assert is_gone(replace(this_process(), boot="another"), silent=0)


def test_another_host_is_judged_by_its_heartbeat_only() -> None:
    there = replace(this_process(), host="elsewhere", boot="another", pid=dead_pid())
    assert not is_gone(there, silent=SILENCE - 1)
    assert is_gone(there, silent=SILENCE + 1)


def test_a_zombie_runs_nothing_any_more() -> None:
    child = subprocess.Popen(["true"])
    while Path(f"/proc/{child.pid}/stat").read_text().split()[2] != "Z":
        pass
    assert is_gone(replace(this_process(), pid=child.pid, started="0"), silent=0)
    child.wait()


def test_the_entry_of_a_dead_worker_goes_back_once_then_fails(work: Path) -> None:
    board, _ = running(work, dead_pid())
    assert [job.id for job in requeue_lost(board)] == ["id1"]
    [(place, job)] = board.entries()
    assert (place, job.lost, job.owner) == (Place.QUEUED, 1, None)
    board.claim(replace(this_process(), pid=dead_pid()))
    requeue_lost(board)
    [(place, job)] = board.entries()
    assert place is Place.FAILED
    assert job.ending is not None
    assert job.ending.message == "its worker was lost 2 times (killed, or the machine went down)"


def test_the_entry_of_a_living_worker_stays(work: Path) -> None:
    board, _ = running(work, os.getpid())
    assert requeue_lost(board) == []
    assert [place for place, _ in board.entries()] == [Place.RUNNING]


def test_an_entry_is_nobody_s_at_no_moment(work: Path) -> None:
    """A worker killed right after it claimed: its entry goes back at once, not after a minute of silence."""
    board, job = running(work, dead_pid())
    [path] = (work / "running").iterdir()
    assert str(job.owner and job.owner.pid) in path.name
    assert [lost.id for lost in requeue_lost(Board(work))] == ["id1"]
    assert [place for place, _ in board.entries()] == [Place.QUEUED]
