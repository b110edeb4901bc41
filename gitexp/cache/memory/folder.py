"""What the memo's log knows of one folder: looked up without decoding all of it.

Files are recorded in the order of a walk, so most folders are blocks whose names follow each other: the
block that may have a name is found by bisection. What was recorded again later lies over that, decoded.
"""

from __future__ import annotations

from bisect import bisect_right

from gitexp.cache.memory.log import Log, Place

_AT_HAND = 16  # blocks


class AtHand:
    """The decoded blocks that were asked for last."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[Log, Place], dict[bytes, bytes]] = {}

    def rows(self, block: tuple[Log, Place]) -> dict[bytes, bytes]:
        """The packed rows of a block by file name."""
        found = self._blocks.get(block)
        if found is None:
            log, place = block
            found = log.rows(place)
            if len(self._blocks) >= _AT_HAND:
                # Not one by one: threads may share a memo, and nothing here is worth a lock.
                self._blocks = {}
            self._blocks[block] = found
        return found


class MemoFolder:
    """`add` blocks in the order of the log, then `find` names."""

    def __init__(self, at_hand: AtHand) -> None:
        self._at_hand = at_hand
        self._blocks: list[tuple[Log, Place]] = []
        self._firsts: list[bytes] = []
        self._last = b""
        self._later: dict[bytes, bytes] = {}

    def add(self, block: tuple[Log, Place]) -> None:
        """Take in one block of the log."""
        rows = self._at_hand.rows(block)
        if not rows:
            return
        names = list(rows)
        if self._later or (self._firsts and names[0] <= self._last) or names != sorted(names):
            self._later.update(rows)
            return
        self._blocks.append(block)
        self._firsts.append(names[0])
        self._last = names[-1]

    def find(self, name: bytes) -> bytes | None:
        """The packed row of a file."""
        row = self._later.get(name)
        if row is not None:
            return row
        number = bisect_right(self._firsts, name) - 1
        return None if number < 0 else self._at_hand.rows(self._blocks[number]).get(name)
