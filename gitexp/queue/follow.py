"""Read a log as it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from gitexp.queue.named import RunLog

_PIECE = 1 << 16  # bytes read at once
_PAUSE = 0.2  # seconds between looks at a log that grows


def read_log(log: RunLog, follow: bool) -> Iterator[bytes]:
    """The log so far; with `follow`, also what comes while the run goes on."""
    with log.path.open("rb") as file:
        while True:
            # Looked at before the rest is read: what was written until the end is not missed.
            running = follow and log.running.exists()
            yield from iter(lambda: file.read(_PIECE), b"")
            if not running:
                return
            time.sleep(_PAUSE)


def read_tail(log: RunLog, most: int) -> tuple[bytes, bool]:
    """The last `most` bytes of the log, from the start of a line on; whether there is more before them."""
    with log.path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        text = file.read(most)
    if size <= most:
        return text, False
    return text[text.find(b"\n") + 1 :], True
