"""Many rows read by several processes: what thousands of new commits hold, in half the time on two cores.

Each process is a fork that reads its share and hands back the lines of the row cache (row_cache.py); the
parent then finds the rows there as if an earlier command had read them. A process that dies costs time only:
its rows are missing, so the parent reads them itself.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

ENOUGH = 1000  # new commits; for fewer, starting processes does not pay
MOST_PROCESSES = 8

ReadLine = Callable[[str], "bytes | None"]  # the cache's line of a commit; None when it is not to be kept


def processes_for(commits: int) -> int:
    """How many processes to read so many new commits with.

    One where threads are at work (`exp ui` reads again beside its screen): what a fork copies of them, locks
    that they hold among it, nobody ever lets go of.
    """
    if threading.active_count() > 1:
        return 1
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(here, MOST_PROCESSES, commits // (ENOUGH // 2))) if commits >= ENOUGH else 1


def read_apart(commits: Sequence[str], processes: int, start: Callable[[], ReadLine]) -> bytes:
    """The lines of all commits. `start` runs in each process: it opens what must not be shared."""
    shares = [commits[i::processes] for i in range(processes)]
    children = [_begin(share, start) for share in shares]
    found = b""
    for child, pipe in children:
        with os.fdopen(pipe, "rb") as stream:
            text = stream.read()
        _, status = os.waitpid(child, 0)
        found += text if status == 0 else b""
    return found


def _begin(share: Sequence[str], start: Callable[[], ReadLine]) -> tuple[int, int]:
    """A child at work on its share, and the end of the pipe that its lines will come out of."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    code = 1
    try:
        os.close(reading)
        read = start()
        # Written at once, when all is read: the parent empties the pipes one after the other.
        lines = b"".join(line for line in map(read, share) if line is not None)
        with os.fdopen(writing, "wb") as stream:
            stream.write(lines)
        code = 0
    finally:
        os._exit(code)  # nothing of the parent's is to be cleaned up here
