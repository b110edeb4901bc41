"""Questions whose answer is the same for every run of a snapshot are asked of Git once."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Once:
    """Lists by (tree, question). Threads may share it; the first to ask makes the others wait."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], list[str]] = {}
        self._lock = threading.Lock()

    def ask(self, tree: str, question: str, find: Callable[[], list[str]]) -> list[str]:
        """What `find` gave when the question was first asked of this tree."""
        with self._lock:
            if (tree, question) not in self._known:
                self._known[tree, question] = find()
            return self._known[tree, question]
