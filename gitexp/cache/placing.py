"""Place objects in the workspace and tell the memo what was placed, so that it is not hashed again."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from gitexp.cache.link import Linker
from gitexp.cache.memory.memo import Memo, settle
from gitexp.cache.store import Store

_BATCH = 1 << 12  # placed files that the memo is told of together


class Placer:
    """Places objects of one algorithm; call `remember` once when all are placed."""

    def __init__(self, store: Store, algorithm: str, types: Sequence[str], memo: Memo) -> None:
        self._store = store
        self._algorithm = algorithm
        self._linker = Linker(types)
        self._memo = memo
        self._placed: list[tuple[str, str]] = []  # path, md5

    def place(self, md5: str, path: str, executable: bool = False) -> None:
        """Make `path` hold the object; its folder must exist. Raises OSError."""
        self._linker.place(self._store.object_file(md5, self._algorithm), path, executable)
        self._placed.append((path, md5))
        if len(self._placed) >= 2 * _BATCH:
            # The older half: what was written a while ago is settled without waiting.
            self._tell(self._placed[:_BATCH])
            del self._placed[:_BATCH]

    def remember(self) -> None:
        """Tell the memo of everything placed."""
        self._tell(self._placed)
        self._placed.clear()

    def _tell(self, placed: Sequence[tuple[str, str]]) -> None:
        stats = [os.stat(path) for path, _ in placed]
        if stats:
            settle(max(stat.st_mtime_ns for stat in stats), sum(stat.st_size for stat in stats))
        now = time.time_ns()
        for (path, md5), stat in zip(placed, stats, strict=True):
            folder, name = os.path.split(path)
            self._memo.record(folder, name, stat, md5, now, self._algorithm)
