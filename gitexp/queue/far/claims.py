"""Equal stages of workers that share nothing: one makes the run, the others wait and take it from the remote.

What keeps them apart is a lock that all workers of an engine see (`WideLocks`); it is the engine's. What
a stage has made is pushed to the data remote before its lock is let go, so who waited finds it there. That
also means: when a worker is lost, its experiment goes on elsewhere from the stages that were finished.

Without a data remote nothing could be handed over. Then only mutexes are held as widely.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Protocol

from gitexp.build.claim import untold
from gitexp.build.claims import Claims, FolderClaims
from gitexp.build.mutex import mutex_claims
from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockEntry
from gitexp.project import Project
from gitexp.queue.far.data import send_run


class WideLocks(Protocol):
    """Locks by name that all workers of an engine see. Those of a worker that dies are let go."""

    def hold(self, name: str, stop: Stop, on_wait: Callable[[], None]) -> AbstractContextManager[object]:
        """Within it nobody else has the lock `name`. `on_wait` is called before waiting.

        Where the engine can't be asked nobody waits: to run a stage twice is better than never. Raises
        Unclaimed when `stop` is asked meanwhile.
        """
        ...


@dataclass(frozen=True, slots=True)
class FarClaims:
    """`scope` sets one repository's locks apart from another's. `near` are those of this machine."""

    project: Project
    scope: str
    wide: WideLocks
    near: Claims

    @contextmanager
    def run(self, key: str, stop: Stop, on_wait: Callable[[], None]) -> Iterator[object]:
        once = _Once(on_wait)
        with self.near.run(key, stop, once.say), ExitStack() as held:
            if self.project.settings.remotes:
                held.enter_context(self.wide.hold(f"{self.scope}/{key}", stop, once.say))
            yield None

    @contextmanager
    def mutexes(self, names: Iterable[str], stop: Stop) -> Iterator[object]:
        wanted = list(names)
        with self.near.mutexes(wanted, stop), ExitStack() as held:
            for claim in sorted(set(mutex_claims(wanted))):
                held.enter_context(self.wide.hold(f"{self.scope}/{claim}", stop, untold))
            yield None

    def share(self, entry: LockEntry) -> None:
        if self.project.settings.remotes:
            send_run(self.project, entry)


class _Once:
    """Says a word the first time only: who waits at both locks waits once."""

    def __init__(self, word: Callable[[], None]) -> None:
        self._word = word

    def say(self) -> None:
        word, self._word = self._word, untold
        word()


def far_claims(project: Project, url: str, wide: WideLocks | None) -> Claims | None:
    """The claims of a run whose Git remote is `url`; None where its engine has no locks for its workers."""
    if wide is None:
        return None
    scope = hashlib.sha256(url.encode()).hexdigest()[:12]
    return FarClaims(project, scope, wide, FolderClaims(project.repo.state_dir / "claims"))
