"""The worker processes of a repository: who is at work, starting more, telling them to go home.

A worker is a detached process with one small file, workers/<host>-<pid>.json. To be told to stop it needs no
signal, so it may sit on another machine: a file beside its own is enough, and it looks for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from gitexp.atomic import ask_server, write_atomic
from gitexp.dataclass import dataclass
from gitexp.git.owner import Owner, is_gone, this_process

_HOME, _NOW = ".home", ".now"  # go home after the running entry; stop it now


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process and the file that stands for it."""

    owner: Owner
    path: Path

    def tell(self, now: bool = False) -> None:
        """Ask it to go home after the entry that it runs, or to stop that one `now`."""
        write_atomic(self.path.with_suffix(_NOW if now else _HOME), b"")


def start_workers(board: Path, command: Sequence[str], count: int, cwd: Path) -> list[int]:
    """Start `count` detached processes; their pids. They outlive this process and its terminal."""
    log = board / "workers.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    pids = []
    for _ in range(count):
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        pids.append(process.pid)
    return pids


def workers(board: Path) -> list[Worker]:
    """The workers that live; the files of dead ones are swept away."""
    alive = []
    for path in sorted((board / "workers").glob("*.json")):
        worker = _read(path)
        if worker is None or is_gone(worker.owner, time.time() - _age(path)):
            _forget(path)
        else:
            alive.append(worker)
    return alive


@contextmanager
def on_duty(board: Path) -> Iterator[Worker]:
    """Be listed among the workers while the block runs."""
    owner = this_process()
    path = board / "workers" / f"{owner.host}-{owner.pid}.json"
    _forget(path)  # what was left by an earlier process of the same pid is not meant for us
    write_atomic(path, json.dumps(asdict(owner)).encode())
    try:
        yield Worker(owner, path)
    finally:
        _forget(path)


def told_to_go_home(worker: Worker) -> bool:
    return worker.path.with_suffix(_HOME).exists() or told_to_stop(worker)


def told_to_stop(worker: Worker) -> bool:
    return worker.path.with_suffix(_NOW).exists()


def say_alive(worker: Worker) -> None:
    """The heartbeat of the worker itself: other hosts judge by it. What they told it is heard then, too."""
    ask_server(worker.path.parent)
    os.utime(worker.path)


def _read(path: Path) -> Worker | None:
    try:
        return Worker(Owner(**json.loads(path.read_bytes())), path)
    except (OSError, ValueError, TypeError):
        return None


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _forget(path: Path) -> None:
    for each in (path, path.with_suffix(_HOME), path.with_suffix(_NOW)):
        each.unlink(missing_ok=True)
