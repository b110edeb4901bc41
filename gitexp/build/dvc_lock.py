"""DVC's own lock of a project, taken while files that DVC also writes are changed.

A real `dvc` then waits, or says that another process is at work, instead of writing over us. It is an
exclusive flock on .dvc/tmp/lock, which holds the owner's pid for the message DVC shows.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitexp.errors import ExpError

_TICK = 0.05  # seconds between two tries


@contextmanager
def dvc_lock(root: Path, patience: float = 30.0) -> Iterator[None]:
    """Hold DVC's lock of the project at `root`. Raises DvcAtWork if another does for `patience` seconds."""
    path = root / ".dvc" / "tmp" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        _wait(handle, path, patience)
        os.ftruncate(handle, 0)
        os.write(handle, f" {os.getpid()}\n".encode())
        yield
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                pid = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise DvcAtWork(path, pid) from None
        time.sleep(_TICK)


class DvcAtWork(ExpError):
    """Another process holds DVC's lock."""

    def __init__(self, path: Path, pid: str) -> None:
        super().__init__(
            f"DVC is at work in this project (process {pid} holds {path}).",
            "wait until it is done, then run the command again.",
        )
