"""Many files on the disk before their names say that they are whole.

One flush of the file system makes a whole batch durable, where one for each of many small files would take
longer than writing them.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import chain, islice

_FEW = 8  # above this one flush of the file system is cheaper than one a file
_BATCH = 512  # files that wait for their names


class Unnamed:
    """Whole files that get their names a batch at a time, when they are durable. Threads share one."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Callable[[], object]]] = []
        self._lock = threading.Lock()
        self._flushing = threading.Lock()

    def add(self, temp: str, name: Callable[[], object]) -> None:
        """`name` will give the file `temp` its name. A full batch is flushed: raises OSError."""
        with self._lock:
            self._waiting.append((temp, name))
            full = len(self._waiting) >= _BATCH
        if full:
            self.flush()

    def flush(self) -> None:
        """Name everything added so far. Raises OSError; what has no name then is removed."""
        with self._flushing:
            batch = self._take()
            try:
                if batch:
                    sync_files([temp for temp, _ in batch])
                for _, name in batch:
                    name()
            finally:
                _remove(temp for temp, _ in batch)

    def clear(self) -> None:
        """Remove what has no name yet."""
        _remove(temp for temp, _ in self._take())

    def _take(self) -> list[tuple[str, Callable[[], object]]]:
        with self._lock:
            batch, self._waiting = self._waiting, []
        return batch


def _remove(temps: Iterable[str]) -> None:
    for temp in temps:
        with suppress(OSError):
            os.unlink(temp)


def sync_files(paths: Iterable[str]) -> None:
    """Return when the bytes of these files, all on one file system, are on the disk. Raises OSError."""
    coming = iter(paths)
    first = list(islice(coming, _FEW + 1))
    if len(first) > _FEW and _sync_file_system(first[0]):
        return
    for path in chain(first, coming):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sync_file_system(path: str) -> bool:
    if sys.platform != "linux":
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        return bool(ctypes.CDLL(None).syncfs(handle) == 0)
    except AttributeError:  # a libc without it
        return False
    finally:
        os.close(handle)
