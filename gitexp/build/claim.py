"""One process at a time for one piece of work: the same stage on the same inputs runs once, wherever.

A claim is an exclusive flock on a file named after the work. The kernel drops it when its owner dies, so
there is nothing to clean up after a crash and no pid to guess about.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from gitexp.build.stop import Stop

_SHORTEST, _LONGEST = 0.01, 0.05  # seconds between two tries: soon at first, then cheap


class Unclaimed(Exception):
    """The build was asked to stop while it waited."""


@contextmanager
def claim(folder: Path, key: str, stop: Stop, on_wait: Callable[[], None]) -> Iterator[bool]:
    """Hold the claim `key` inside the `with`. Yields whether another had it first.

    `on_wait` is called once, before waiting. Raises Unclaimed when `stop` is asked meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / key
    handle, waited = _acquire(path, stop, on_wait)
    try:
        yield waited
    finally:
        # Removed while held: whoever waits on this inode sees that its name is gone and opens a new one.
        path.unlink(missing_ok=True)
        os.close(handle)


@contextmanager
def claim_all(folder: Path, keys: list[str], stop: Stop, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold several claims; always taken in sorted order, so that no two builds wait for each other."""
    with ExitStack() as held:
        for key in sorted(set(keys)):
            held.enter_context(claim(folder, key, stop, on_wait))
        yield


def _acquire(path: Path, stop: Stop, on_wait: Callable[[], None]) -> tuple[int, bool]:
    pause, waited = _SHORTEST, False
    while True:
        handle = _try(path)
        if handle is not None:
            return handle, waited
        if not waited:
            on_wait()
            waited = True
        if stop.asked:
            raise Unclaimed
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST)


def _try(path: Path) -> int | None:
    """A handle that holds the lock of the file now named `path`, or None if another holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return handle
    except (BlockingIOError, FileNotFoundError):
        pass
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def live_claims(folder: Path) -> list[float]:
    """When each claim that is held now was made, in seconds since the epoch. The killed leave files."""
    found = []
    for path in folder.glob("*"):
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            found.append(os.fstat(handle).st_ctime)
        finally:
            os.close(handle)
    return found
