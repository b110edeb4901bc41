"""Locks that all workers of a Dask scheduler see: the scheduler's semaphores of one lease.

A lease is refreshed by its worker every few seconds and lapses without that
(`distributed.scheduler.locks.lease-timeout`, 30 s), so a killed worker holds nobody up for longer. Where
leases are set never to lapse, there are no locks: one dead worker would stop all that wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dask import config
from distributed import Semaphore

from gitexp.build.claim import Unclaimed
from gitexp.build.stop import Stop

_TRY = 0.5  # seconds that one try lasts; in between it is asked whether to stop
_GONE = (OSError, RuntimeError, TimeoutError)  # what Dask raises when its scheduler can't be asked


class SchedulerLocks:
    """The locks as a worker has them; any thread of its process may hold some."""

    def __init__(self, worker: Any) -> None:
        self._worker = worker

    @contextmanager
    def hold(self, name: str, stop: Stop, on_wait: Callable[[], None]) -> Iterator[None]:
        """Within it nobody else has the lock `name`. Without a scheduler nobody waits."""
        lock = None
        with suppress(*_GONE):
            lock = self._acquire(name, stop, on_wait)
        try:
            yield
        finally:
            if lock is not None:
                with suppress(*_GONE):
                    lock.release()

    def _acquire(self, name: str, stop: Stop, on_wait: Callable[[], None]) -> Semaphore:
        lock = Semaphore(1, f"gitexp/{name}", self._worker.scheduler, self._worker.loop)
        if lock.acquire(timeout=0):
            return lock
        on_wait()
        while not lock.acquire(timeout=_TRY):
            if stop.asked:
                raise Unclaimed
        return lock


def locks_of(worker: Any) -> SchedulerLocks | None:
    """The locks of a worker's scheduler; None where a dead worker would keep its own for ever."""
    forever = config.get("distributed.scheduler.locks.lease-timeout") in ("inf", None)
    return None if forever else SchedulerLocks(worker)
