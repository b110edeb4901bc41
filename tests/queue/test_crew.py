"""Who is at work: living workers are listed, dead ones swept, and each can be told to go home."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import asdict, replace
from pathlib import Path

from gitexp.git.owner import this_process
from gitexp.queue.crew import on_duty, start_workers, told_to_go_home, told_to_stop, workers


def test_a_worker_is_listed_while_on_duty(work: Path) -> None:
    with on_duty(work) as me:
        assert [worker.owner for worker in workers(work)] == [me.owner]
    assert workers(work) == []


def test_a_dead_worker_is_swept_away(work: Path) -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    dead = replace(this_process(), pid=child.pid)
    path = work / "workers" / "x.json"
    path.parent.mkdir()
    path.write_text(json.dumps(asdict(dead)))
    assert workers(work) == []
    assert not path.exists()


def test_a_damaged_file_is_no_worker(work: Path) -> None:
    (work / "workers").mkdir()
    (work / "workers" / "x.json").write_text("{")
    assert workers(work) == []


def test_a_worker_hears_that_it_may_go_home_or_must_stop(work: Path) -> None:
    with on_duty(work) as me:
        [seen] = workers(work)
        assert not told_to_go_home(me)
        seen.tell()
        assert told_to_go_home(me)
        assert not told_to_stop(me)
        seen.tell(now=True)
        assert told_to_stop(me)
    with on_duty(work) as again:
        assert not told_to_go_home(again)


def test_a_started_worker_has_a_session_of_its_own(work: Path) -> None:
    (work / "report.py").write_text("import os; open('sid', 'w').write(f'{os.getsid(0)} {os.getpid()}')")
    [pid] = start_workers(work / "board", ["report"], 1, cwd=work)
    deadline = time.monotonic() + 10
    while not (work / "sid").exists() or not (work / "sid").read_text():
        assert time.monotonic() < deadline, (work / "board" / "workers.log").read_text()
        time.sleep(0.01)
    assert (work / "sid").read_text() == f"{pid} {pid}"
