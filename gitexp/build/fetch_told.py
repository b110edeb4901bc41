"""What a stage fetches from remotes, told as events: not every file of thousands is one."""

from __future__ import annotations

import time
from collections.abc import Callable

from gitexp.build.events import Event, StageFetching
from gitexp.cache.traffic import Traffic

_PERIOD = 1.0  # seconds between two events


class FetchTold:
    """Hears of the traffic of one stage; `clock` is in seconds."""

    def __init__(
        self, stage: str, tell: Callable[[Event], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stage, self._tell, self._clock = stage, tell, clock
        self._last, self._known = 0.0, 0  # when it was told, and of how many files in all

    def hear(self, traffic: Traffic) -> None:
        """Told by time, and when there turns out to be far more: a directory's files after its manifest."""
        now = self._clock()
        if now - self._last >= _PERIOD or traffic.all_files > 2 * self._known:
            self._last, self._known = now, traffic.all_files
            self._tell(StageFetching(self._stage, traffic))
