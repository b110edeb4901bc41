"""A Stop that also the clock asks for: the limit of one stage, or of a whole build."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from gitexp.build.duration import duration_words
from gitexp.build.stop import Stop


class Deadline(Stop):
    """Asked when `parent` is, and when `seconds` have been counted.

    It counts all the time; one that counts only `while_running` leaves out the time in which the stage
    waits for its turn.
    """

    def __init__(self, parent: Stop, seconds: float, while_running: bool = False) -> None:
        super().__init__()
        self._parent = parent
        self._seconds = seconds
        self._always = not while_running
        self._counted = 0.0
        self._since = time.monotonic() if self._always else None

    def ask(self) -> None:
        self._parent.ask()

    @property
    def level(self) -> int:
        return self._parent.level + (1 if self._is_over() else 0)

    @property
    def interrupted(self) -> bool:
        return self._parent.interrupted

    @property
    def expired(self) -> str | None:
        if self._is_over():
            return f"timed out after {duration_words(self._seconds)}"
        return self._parent.expired

    def running(self) -> AbstractContextManager[None]:
        return self._parent.running() if self._always else self._counting()

    @contextmanager
    def _counting(self) -> Iterator[None]:
        began = self._since = time.monotonic()
        try:
            with self._parent.running():
                yield
        finally:
            self._counted += time.monotonic() - began
            self._since = None

    def _is_over(self) -> bool:
        now = 0.0 if self._since is None else time.monotonic() - self._since
        return self._counted + now > self._seconds
