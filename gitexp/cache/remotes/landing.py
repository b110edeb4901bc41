"""Objects that arrive from elsewhere: staged in the cache, made durable a batch at a time, then named."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from gitexp.cache.durable import sync_files
from gitexp.cache.link import temp_beside
from gitexp.cache.objects import Objects

_BATCH = 512  # files that wait for their names


class Landing:
    """Threads share one. Call `flush` when all has arrived; `clear` forgets what has no name yet."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._staged: list[tuple[Path, str, str]] = []  # file, value, algorithm
        self._lock = threading.Lock()
        self._flushing = threading.Lock()

    def stage(self, value: str, algorithm: str, fetch: Callable[[Path], None]) -> None:
        """Let `fetch` write the bytes of an object to a new file. They get its name later, once for all.

        `fetch` must have checked them. Raises what it raises, with nothing left behind, and OSError.
        """
        final = self._objects.path(value, algorithm)
        self._objects.make_folder(final)
        temp = Path(temp_beside(final))
        try:
            fetch(temp)
        except BaseException:
            temp.unlink(missing_ok=True)
            raise
        with self._lock:
            self._staged.append((temp, value, algorithm))
            full = len(self._staged) >= _BATCH
        if full:
            self.flush()

    def flush(self) -> None:
        """Name everything staged so far. Raises OSError."""
        with self._flushing:
            with self._lock:
                batch, self._staged = self._staged, []
            if not batch:
                return
            try:
                sync_files([os.fspath(temp) for temp, _, _ in batch])
                for temp, value, algorithm in batch:
                    self._objects.publish(os.fspath(temp), value, algorithm)
            finally:
                _forget([temp for temp, _, _ in batch])

    def clear(self) -> None:
        """Remove what was staged and not named."""
        with self._lock:
            batch, self._staged = self._staged, []
        _forget([temp for temp, _, _ in batch])


def _forget(temps: list[Path]) -> None:
    for temp in temps:
        with suppress(OSError):
            temp.unlink(missing_ok=True)
