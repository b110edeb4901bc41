"""A line of a run's log, as data for JSON."""

from __future__ import annotations

from typing import Literal, TypedDict


class LogTextLine(TypedDict):
    """A line that stages printed; bytes that are no UTF-8 stand as \\xNN."""

    event: Literal["line"]
    line: str
