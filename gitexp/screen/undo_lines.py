"""What `exp undo` can take back, in words and as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from gitexp.experiment.operations import Operation
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import one_line, short_time
from gitexp.screen.text_table import align

_DAY = 24 * 3600  # seconds


def operation_lines(operations: Sequence[Operation], now: float) -> list[str]:
    """Number, how long ago, what; the last first."""
    if not operations:
        return ["There is nothing to take back."]
    rows = [
        (str(number), _ago(now - one.time), one_line(one.what)) for number, one in enumerate(operations, 1)
    ]
    return align(rows, right=(0,))


def operation_data(operations: Sequence[Operation]) -> list[Value]:
    return [{**asdict(one), "time": one.time} for one in operations]


def _ago(seconds: float) -> str:
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return f"{days} day{'' if days == 1 else 's'} ago"
    return f"{short_time(max(0.0, seconds))} ago"
