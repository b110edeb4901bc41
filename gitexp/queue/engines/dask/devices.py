"""Which GPUs an entry has on a worker that has several: Dask counts them, here they get their names.

A worker is started with `--resources GPU=2` and CUDA_VISIBLE_DEVICES=0,1; two entries that ask for one each
must not both compute on the first. What one entry has no other of this process has meanwhile.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_taken: set[str] = set()


@contextmanager
def devices_for(count: int) -> Iterator[str]:
    """So many devices, as `--gpus` takes them; '' to leave it at what the process sees.

    That is so for entries that ask for none, and where fewer are named than Dask was told of.
    """
    named = [word.strip() for word in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if word.strip()]
    with _lock:
        free = [name for name in named if name not in _taken]
        mine = free[:count] if 0 < count <= len(free) else []
        _taken.update(mine)
    try:
        yield ",".join(mine)
    finally:
        with _lock:
            _taken.difference_update(mine)
