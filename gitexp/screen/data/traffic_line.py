"""One line on a terminal while data goes over: how far, how fast, how long still."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from gitexp.cache.traffic import Traffic
from gitexp.screen.cells import size_text
from gitexp.screen.terminal import columns
from gitexp.screen.traffic_words import amount_done

_REDRAW = 0.1  # seconds
_FIRST = 0.5  # what is done sooner needs no line
_CLEAR = "\r\x1b[K"


class TrafficLine:
    """Shows progress on stderr if that is a terminal; leaves nothing behind. `verb`: 'Pushing' or so."""

    def __init__(self, verb: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._verb = verb
        self._clock = clock
        self._began = clock()
        self._drawn = 0.0
        self._shows = sys.stderr.isatty()

    def __enter__(self) -> TrafficLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()

    def __call__(self, traffic: Traffic) -> None:
        now = self._clock()
        if self._shows and now - self._began >= _FIRST and now - self._drawn >= _REDRAW:
            self._drawn = now
            line = traffic_text(self._verb, traffic, now - self._began)
            sys.stderr.write(_CLEAR + line[: columns() - 1])
            sys.stderr.flush()


def traffic_text(verb: str, traffic: Traffic, seconds: float) -> str:
    """'Pushing 120 of 5,000 files, 1.2 of 19 MiB, 3.1 MiB/s, 6 s left'."""
    parts = amount_done(traffic)
    parts[0] = f"{verb} {parts[0]}"
    if traffic.size:
        parts.append(f"{size_text(int(traffic.size / max(seconds, 0.001)))}/s")
    left = _seconds_left(traffic, seconds)
    if left is not None:
        parts.append(f"{_duration(left)} left")
    return ", ".join(parts)


def _seconds_left(traffic: Traffic, seconds: float) -> float | None:
    """By bytes where they are known, else by files; nothing is said before something is done."""
    done = traffic.size / traffic.all_size if traffic.all_size else 0.0
    if not traffic.all_size and traffic.all_files:
        done = traffic.files / traffic.all_files
    return seconds * (1 - done) / done if 0 < done <= 1 else None


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
