"""A queue of many entries: what `exp queue status` and its kin cost, in CPU seconds and on the clock.

python -m tests.bench.queued [COUNT ...]       # 10000 100000
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from gitexp.project import find_project
from gitexp.queue.board import open_board
from gitexp.queue.crew import workers
from gitexp.queue.job import Place
from tests.programs import EXP, exp_ok
from tests.slurm import lay_down, wait_until


def main() -> None:
    os.environ.update(GIT_AUTHOR_NAME="Ann", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="Ann")
    os.environ.update(GIT_COMMITTER_EMAIL="a@b")
    for count in [int(word) for word in sys.argv[1:]] or [10_000, 100_000]:
        with tempfile.TemporaryDirectory(prefix="queue-bench-") as folder:
            _bench(lay_down(Path(folder, "project")), count)


def _bench(project: Path, count: int) -> None:
    exp_ok(project, "run", "--queue", "-q", "-n", "e", "-S", "n=1")
    board = open_board(find_project(project).repo)
    [(_, first)] = board.entries(Place.QUEUED)
    began = time.monotonic()
    for number in range(1, count):
        attempt = replace(first.attempt, name=f"e-{number}", job=f"{first.group}-{number}")
        board.put(replace(first, id=f"{first.group}-{number}", order=first.order + number, attempt=attempt))
    _say(f"{count} entries, laid down in {time.monotonic() - began:.1f} s")
    exp_ok(project, "run", "--queue", "-q", "-n", "warm", "-S", "n=2")
    for words in (("queue", "status"), ("queue", "status", "--json"), ("run", "--queue", "-q", "-S", "n=3")):
        _time(project, *words)
    _time(project, "queue", "remove", f"e-{count - 1}")
    _time(project, "queue", "move", f"e-{count - 2}")
    _time(project, "queue", "start")
    wait_until(lambda: bool(board.names(Place.RUNNING) or board.names(Place.SUCCESS)), "nothing ran")
    _time(project, "queue", "stop")
    wait_until(lambda: not workers(board.folder), "the worker never went home", 300)
    _say(f"  done meanwhile: {len(board.names(Place.SUCCESS))}")


def _time(project: Path, *words: str) -> None:
    """The median of three, for what can be done thrice."""
    seen = []
    for _ in range(3 if words[:2] == ("queue", "status") else 1):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run((*EXP, *words), cwd=project, capture_output=True, text=True, check=False)
        after, took = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - began
        assert done.returncode == 0, done.stderr
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        seen.append((cpu, took))
    cpu, took = sorted(seen)[len(seen) // 2]
    _say(f"  exp {' '.join(words)}: {cpu:.2f} s of CPU, {took:.2f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
