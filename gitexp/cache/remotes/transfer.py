"""Many files to or from a remote: several at once, tried again when a connection fails, counted.

A transfer never stops at the first trouble: what can arrive arrives, and the result names what did not.
It gives up as a whole only where no file can fare better (no permission, a full disk), or when nothing at
all gets through any more.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from gitexp.cache.remotes.store import Kind, Moved, RemoteTrouble
from gitexp.cache.traffic import Progress, Traffic, unwatched
from gitexp.dataclass import dataclass

_TELL_EVERY = 0.05  # seconds between two reports of progress


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a file is tried, and how long to wait: `first` seconds, doubled each time, up to `longest`.

    After `hopeless` failures in a row, none of them a file's own fault, the rest is not tried any more.
    """

    tries: int = 6
    first: float = 0.2
    longest: float = 5.0
    hopeless: int = 12

    def pause(self, failed: int) -> float:
        """Seconds to wait after so many failures; not the same for all, lest they come back at once."""
        return min(self.first * 2.0 ** (failed - 1), self.longest) * random.uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that did not arrive. `subject` is its hash value, or the key of a run-cache file."""

    subject: str
    reason: str
    kind: Kind = Kind.PASSING


@dataclass(frozen=True, slots=True)
class Transferred:
    """What a transfer did: files and bytes moved, and what did not arrive."""

    files: int = 0
    size: int = 0
    failed: tuple[Failure, ...] = ()

    def __add__(self, other: Transferred) -> Transferred:
        return Transferred(self.files + other.files, self.size + other.size, (*self.failed, *other.failed))


@dataclass(frozen=True, slots=True)
class Load:
    """One file to move. `move` is called again after a failure; it raises RemoteTrouble or OSError."""

    subject: str
    size: int
    move: Callable[[Moved], None]


class Tally:
    """The running count of one command's transfers; threads share it."""

    def __init__(self, progress: Progress = unwatched) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._told = 0.0
        self._files = self._all_files = self._size = self._all_size = 0

    def expect(self, files: int, size: int) -> None:
        """More is to come than was known."""
        with self._lock:
            self._all_files += files
            self._all_size += size
            self._tell(always=True)

    def add(self, size: int) -> None:
        """Bytes moved (less than none: they have to be moved once more)."""
        with self._lock:
            self._size += size
            self._tell()

    def done(self) -> None:
        """A file is there, or given up."""
        with self._lock:
            self._files += 1
            self._tell(always=self._files == self._all_files)

    def _tell(self, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self._told >= _TELL_EVERY:
            self._told = now
            self._progress(Traffic(self._files, self._all_files, self._size, self._all_size))


class Transfer:
    """A pool of threads that moves loads."""

    def __init__(self, jobs: int, tally: Tally, patience: Patience) -> None:
        self._jobs = max(1, jobs)
        self._tally = tally
        self._patience = patience
        self._in_a_row = 0  # failures since something last got through
        self._fatal: BaseException | None = None

    def run(self, loads: Sequence[Load]) -> Transferred:
        """Move all loads. Raises RemoteTrouble of kind FATAL, and OSError."""
        self._tally.expect(len(loads), sum(load.size for load in loads))
        with ThreadPoolExecutor(self._jobs) as pool:
            try:
                outcomes = list(pool.map(self._carry, loads))
            except BaseException as interruption:  # Ctrl-C: threads stop after the file in their hands
                self._fatal = interruption
                raise
        if self._fatal is not None:
            raise self._fatal
        return _sum_up(loads, outcomes)

    def _carry(self, load: Load) -> Failure | None:
        if self._fatal is not None:
            return None
        try:
            return self._persist(load)
        except (RemoteTrouble, OSError) as error:
            self._fatal = error
            return None
        finally:
            self._tally.done()

    def _persist(self, load: Load) -> Failure | None:
        failed = 0
        while True:
            counted = _Counted(self._tally)
            try:
                load.move(counted.add)
            except RemoteTrouble as trouble:
                counted.take_back()
                failed += 1
                if trouble.kind is Kind.FATAL:
                    raise
                if (
                    trouble.kind is Kind.ABSENT
                    or failed >= self._patience.tries
                    or self._is_hopeless(trouble)
                ):
                    return Failure(load.subject, trouble.message, trouble.kind)
                time.sleep(self._patience.pause(failed))
            else:
                self._in_a_row = 0
                return None

    def _is_hopeless(self, trouble: RemoteTrouble) -> bool:
        if self._fatal is not None or trouble.kind is Kind.ABSENT:
            return True
        if trouble.kind is Kind.PASSING:
            self._in_a_row += 1
        return self._in_a_row > self._patience.hopeless * self._jobs


class _Counted:
    """The bytes of one try."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._size = 0

    def add(self, size: int) -> None:
        self._size += size
        self._tally.add(size)

    def take_back(self) -> None:
        self._tally.add(-self._size)


def _sum_up(loads: Sequence[Load], outcomes: Iterable[Failure | None]) -> Transferred:
    moved = size = 0
    failed = []
    for load, failure in zip(loads, outcomes, strict=True):
        if failure is None:
            moved, size = moved + 1, size + load.size
        else:
            failed.append(failure)
    return Transferred(moved, size, tuple(failed))


def insist(ask: Callable[[], None], patience: Patience) -> None:
    """Call `ask` until it raises no passing trouble, as often as `patience` allows. Raises RemoteTrouble."""
    for failed in range(1, patience.tries + 1):
        try:
            ask()
            return
        except RemoteTrouble as trouble:
            if trouble.kind is not Kind.PASSING or failed == patience.tries:
                raise
            time.sleep(patience.pause(failed))
