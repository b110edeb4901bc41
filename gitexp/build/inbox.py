"""What the threads of a build send to the one that decides: events, and how each step ended."""

from __future__ import annotations

import queue
from typing import TypeAlias

from gitexp.build.events import Event, StageResult
from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockEntry


@dataclass(frozen=True, slots=True)
class Done:
    """How a step ended. `entry` is what to write to its lock file, if it ended well."""

    result: StageResult
    entry: LockEntry | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """The thread of a step died of a fault of ours."""

    stage: str
    error: BaseException


Message = Event | Done | Fault
Inbox: TypeAlias = "queue.Queue[Message]"


def new_inbox() -> Inbox:
    """Bounded: a command that writes faster than the listener can show has to wait."""
    return queue.Queue(1_000)
