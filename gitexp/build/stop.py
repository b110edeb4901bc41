"""Asking a build to stop: one flag that the runner polls, set by a signal or by code.

A stage command lives in a session of its own, so the terminal's Ctrl-C reaches only us; the runner passes
it on. Asking again makes it more urgent: SIGINT first, then SIGTERM, then SIGKILL.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop:
    """How urgently a build was asked to stop; 0: not at all. For any thread, and for signal handlers."""

    def __init__(self) -> None:
        self._times = 0

    def ask(self) -> None:
        """Stop as soon as possible; each further call makes the runner use a harder signal at once."""
        self._times += 1

    @property
    def level(self) -> int:
        return self._times

    @property
    def asked(self) -> bool:
        return self.level > 0

    @property
    def interrupted(self) -> bool:
        """Whether somebody asked; not only the clock of a Deadline."""
        return self._times > 0

    @property
    def expired(self) -> str | None:
        """'timed out after 90s', when it is the clock that asks."""
        return None

    def running(self) -> AbstractContextManager[None]:
        """Held while a command runs: what a Deadline counts."""
        return nullcontext()


@contextmanager
def stop_on_signals(stop: Stop | None = None) -> Iterator[Stop]:
    """Within it Ctrl-C, SIGTERM and SIGHUP ask `stop` to stop instead of killing us.

    Signal handlers belong to the main thread: anywhere else this changes nothing.
    """
    stop = stop or Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: FrameType | None) -> None:
        stop.ask()

    # What we were started to ignore stays ignored: `nohup exp run &` must outlive its terminal.
    found = {number: signal.getsignal(number) for number in _SIGNALS}
    before = {number: handler for number, handler in found.items() if handler not in (signal.SIG_IGN, None)}
    for number in before:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
