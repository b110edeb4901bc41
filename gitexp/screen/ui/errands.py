"""What `exp ui` has done by the engine: functions that are handed to it, so that it knows no repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.record import Group, Row


@dataclass(frozen=True, slots=True)
class Errands:
    """Each may take a while and is called in a thread of its own; each may raise ExpError. Lines are painted
    (terminal.paint), and safe to show."""

    reload: Callable[[], Sequence[Group]]
    pulse: Callable[[], object]  # another value when `reload` may find something new
    watch: Callable[[int, int], Sequence[str]]  # what runs now, in so many columns and lines
    running: Callable[[], str]  # the same in a few words; '' when nothing runs
    story: Callable[[Row, Row | None], Sequence[str]]  # a row whole; the other is what it stands on
    output: Callable[[Row], Sequence[str]]  # what its stages printed, the end of it
    compare: Callable[[Sequence[Row], int], Sequence[str]]  # at most so many columns wide
    apply: Callable[[Row], Sequence[str]]
