"""One process at a time for one piece of work: the same stage on the same inputs runs once, wherever.

A claim is an exclusive flock on a file named after the work. The kernel drops it when its owner dies, so
there is nothing to clean up after a crash and no pid to guess about. Where the file system refuses flock, or
keeps it to this host, it is a lease (`gitexp.git.lease`).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from gitexp.build.stop import Stop
from gitexp.git.lease import SUFFIX, Flock, flock_reaches, is_held, is_refusal, take_lease

_SHORTEST, _LONGEST = 0.01, 0.05  # seconds between two tries: soon at first, then cheap


class Unclaimed(Exception):
    """The build was asked to stop while it waited."""


def untold() -> None:
    """The `on_wait` of waits so short, or so common, that nobody is told of them."""


class Held(Protocol):
    def release(self) -> None: ...


class _Flocked:
    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    def release(self) -> None:
        # Removed while held: whoever waits on this inode sees that its name is gone and opens a new one.
        self._path.unlink(missing_ok=True)
        os.close(self._handle)


@contextmanager
def claim(
    folder: Path, key: str, stop: Stop, on_wait: Callable[[], None], flock: Flock = fcntl.flock
) -> Iterator[bool]:
    """Hold the claim `key` inside the `with`. Yields whether another had it first.

    `on_wait` is called once, before waiting. Raises Unclaimed when `stop` is asked meanwhile.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held, waited = _acquire(folder / key, stop, on_wait, flock)
    try:
        yield waited
    finally:
        held.release()


@contextmanager
def claim_all(folder: Path, keys: list[str], stop: Stop, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold several claims; always taken in sorted order, so that no two builds wait for each other."""
    with ExitStack() as held:
        for key in sorted(set(keys)):
            held.enter_context(claim(folder, key, stop, on_wait))
        yield


def _acquire(path: Path, stop: Stop, on_wait: Callable[[], None], flock: Flock) -> tuple[Held, bool]:
    pause, waited = _SHORTEST, False
    while True:
        held = _try(path, flock)
        if held is not None:
            return held, waited
        if not waited:
            on_wait()
            waited = True
        if stop.asked:
            raise Unclaimed
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST)


def _try(path: Path, flock: Flock) -> Held | None:
    """The lock of the file now named `path`, or None if another holds it."""
    if not flock_reaches(path.parent):
        return take_lease(path)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), path.stat()):
            return _Flocked(path, handle)
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        os.close(handle)
        if not is_refusal(error):
            raise
        path.unlink(missing_ok=True)
        return take_lease(path)
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def live_claims(folder: Path) -> list[float]:
    """When each claim that is held now was made, in seconds since the epoch. The killed leave files."""
    found = []
    for path in folder.glob("[!.]*"):
        if path.name.endswith(SUFFIX):
            with suppress(FileNotFoundError):
                made = path.stat().st_mtime
                found += [made] if is_held(path, time.time()) else []
            continue
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
