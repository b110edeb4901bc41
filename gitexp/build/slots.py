"""A budget of stage commands that several builds share: each takes what it needs, in the order of asking."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from gitexp.build.stop import Stop

_TICK = 0.1  # seconds between looks at `stop` while waiting


class Slots:
    """`total` slots. Who asks first is served first, so that one who needs many is not passed for ever."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._free = total
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, count: int, stop: Stop) -> Iterator[bool]:
        """Hold `count` slots (at most all there are) inside the `with`. Yields False if `stop` came first."""
        wanted = min(count, self.total)
        got = self._wait(wanted, stop)
        try:
            yield got
        finally:
            if got:
                with self._changed:
                    self._free += wanted
                    self._changed.notify_all()

    def _wait(self, wanted: int, stop: Stop) -> bool:
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                while self._queue[0] is not ticket or self._free < wanted:
                    if stop.asked:
                        return False
                    self._changed.wait(_TICK)
                self._free -= wanted
                return True
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()
