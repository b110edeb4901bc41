"""What holds builds apart: claims on runs and on mutexes, among the processes that share a repository.

Engines whose workers share nothing bring claims of their own (`gitexp.queue.far.claims`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from gitexp.build.claim import claim, claim_all, untold
from gitexp.build.mutex import mutex_claims
from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockEntry


class Claims(Protocol):
    """Who may do what now. Both raise Unclaimed when `stop` is asked while they wait."""

    def run(self, key: str, stop: Stop, on_wait: Callable[[], None]) -> AbstractContextManager[object]:
        """Within it nobody else makes the run `key` of the run cache. `on_wait` is called before waiting."""
        ...

    def mutexes(self, names: Iterable[str], stop: Stop) -> AbstractContextManager[object]:
        """Within it nobody else has one of the mutexes."""
        ...

    def share(self, entry: LockEntry) -> None:
        """Let those who wait for a run have it: called with its claim held, when it is in the run cache.

        Raises ExpError when it can't be brought to where they find it.
        """
        ...


@dataclass(frozen=True, slots=True)
class FolderClaims:
    """Claims of those who see one folder, and one run cache: what is there is shared."""

    folder: Path

    def run(self, key: str, stop: Stop, on_wait: Callable[[], None]) -> AbstractContextManager[object]:
        return claim(self.folder, key, stop, on_wait)

    def mutexes(self, names: Iterable[str], stop: Stop) -> AbstractContextManager[object]:
        return claim_all(self.folder, mutex_claims(names), stop, untold)

    def share(self, entry: LockEntry) -> None:
        """Nothing is to be done."""
