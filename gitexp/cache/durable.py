"""Many files on the disk before their names say that they are whole."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from itertools import chain, islice

_FEW = 8  # above this one flush of the file system is cheaper than one a file


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
