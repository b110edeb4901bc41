"""How far it is with files that go to or come from a remote."""

from __future__ import annotations

from collections.abc import Callable

from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Traffic:
    """How far a transfer is. `all_size` (bytes) is 0 where sizes are not known beforehand."""

    files: int = 0
    all_files: int = 0
    size: int = 0
    all_size: int = 0


Progress = Callable[[Traffic], None]


def unwatched(traffic: Traffic) -> None:
    """The progress of those who don't watch."""
