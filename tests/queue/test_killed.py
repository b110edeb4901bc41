"""kill -9 of whoever runs the queue: each experiment exactly once, nothing left behind; workers too."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.programs import EXP, exp_ok, finish, start
from tests.queue.killed import assert_each_once, assert_nothing_left, kill_tree, lay_down, run_killed


@pytest.mark.slow
def test_each_experiment_is_made_once_whatever_is_killed(work: Path) -> None:
    project = lay_down(work / "project")
    assert run_killed(project, count=12, kills=6, seed=7) > 0
    assert_each_once(project, 12)
    assert_nothing_left(project)


def test_a_killed_worker_s_entry_is_taken_up_by_the_next(work: Path) -> None:
    project = lay_down(work / "project")
    (project / "train.sh").write_text((project / "train.sh").read_text().replace("sleep 0.03", "sleep 1"))
    exp_ok(project, "run", "--queue", "-n", "k", "-S", "n=1")
    exp_ok(project, "queue", "start")
    running = project / ".git/gitexp/running"
    deadline = time.monotonic() + 20
    while not list(running.glob("*.json")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    (worker,) = (project / ".git/gitexp/queue/workers").glob("*.json")
    os.kill(int(worker.stem.rpartition("-")[2]), signal.SIGKILL)
    while "Running" in exp_ok(project, "queue", "status"):
        assert time.monotonic() < deadline
    assert "Queued" in exp_ok(project, "queue", "status")
    exp_ok(project, "run", "--run-all")
    assert_nothing_left(project)
    assert exp_ok(project, "list", "--name-only").split() == ["k"]


def test_a_killed_holder_frees_those_that_wait_for_its_stage(work: Path) -> None:
    project = lay_down(work / "project")
    begun = work / "begun"
    slow = f"if mkdir {begun}; then sleep 60; fi; head -c 100000 /dev/zero > big.bin\n"
    (project / "make.sh").write_text(slow)
    pipeline = (project / "dvc.yaml").read_text()
    quick = "sleep 0.02; head -c 100000 /dev/zero > big.bin"
    (project / "dvc.yaml").write_text(pipeline.replace(quick, "sh make.sh"))
    holder = start(project, (*EXP, "run", "-q", "-n", "holder", "-S", "n=1"))
    deadline = time.monotonic() + 20
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    waiting = start(project, (*EXP, "run", "-n", "waiting", "-S", "n=2"))
    assert waiting.stdout is not None
    while "waiting for the same stage" not in waiting.stdout.readline():
        assert waiting.poll() is None
    kill_tree(holder.pid)
    finish(holder)
    assert finish(waiting).code == 0
    assert exp_ok(project, "list", "--name-only").split() == ["waiting"]
    assert "its process was killed" in exp_ok(project, "log", "--failed", "--oneline")
