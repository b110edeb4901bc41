"""What `exp undo` can take back, in words and as data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.experiment.operations import Operation
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


class MoveData(TypedDict):
    """A ref: null where there was, or is, none."""

    ref: str
    old: str | None
    new: str | None


class OperationData(TypedDict):
    """Something that can be taken back."""

    id: str
    what: str
    time: Annotated[float, "seconds since the epoch"]
    moves: list[MoveData]
    kept: list[str]
    remote: str | None


class UndoList(TypedDict):
    """What can be taken back, the last first."""

    operations: list[OperationData]


class UndoAnswer(TypedDict):
    """What was taken back."""

    undone: OperationData


def operation_data(one: Operation) -> OperationData:
    return {
        "id": one.id,
        "what": one.what,
        "time": one.time,
        "moves": [{"ref": move.ref, "old": move.old, "new": move.new} for move in one.moves],
        "kept": list(one.kept),
        "remote": one.remote,
    }


def _ago(seconds: float) -> str:
    if seconds >= _DAY:
        days = int(seconds // _DAY)
        return f"{days} day{'' if days == 1 else 's'} ago"
    return f"{short_time(max(0.0, seconds))} ago"
