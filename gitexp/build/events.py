"""What a build tells whoever watches, as it happens. The engine emits; screen/ decides how it looks."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from gitexp.build.plan import Plan, Reason
from gitexp.cache.traffic import Traffic
from gitexp.dataclass import dataclass


class Outcome(Enum):
    """How a stage of a build ended: every case."""

    KEPT = "unchanged"  # up to date: nothing was done
    RESTORED = "cached"  # outs restored from the cache
    RAN = "ran"
    RECORDED = "recorded"  # nothing ran: what lay there was hashed and cached (data, frozen stages)
    FAILED = "failed"
    SKIPPED = "skipped"  # not begun: something upstream failed, or the build was stopped
    STOPPED = "stopped"  # was running when the build was interrupted


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a stage failed. `exit_code` is negative for a signal, None if no command ended badly."""

    message: str
    exit_code: int | None = None
    command: str | None = None
    tail: tuple[str, ...] = ()  # the last lines of its output


@dataclass(frozen=True, slots=True)
class StageResult:
    stage: str  # address
    outcome: Outcome
    seconds: float = 0.0
    reasons: tuple[Reason, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    plan: Plan


@dataclass(frozen=True, slots=True)
class StageStarted:
    stage: str
    command: str


@dataclass(frozen=True, slots=True)
class StageWaiting:
    """Another process runs the very same stage on the same inputs; its result will be shared."""

    stage: str


@dataclass(frozen=True, slots=True)
class StageFetching:
    """Data that the stage needs comes from a remote. Told as `build.fetch_told` says."""

    stage: str
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class StageOutput:
    """One line of a stage's output, stdout and stderr together, decoded, without its line end."""

    stage: str
    line: str


@dataclass(frozen=True, slots=True)
class StageEnded:
    result: StageResult


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should know that stops nothing."""

    message: str
    hint: str | None = None


Event = Planned | StageStarted | StageWaiting | StageFetching | StageOutput | StageEnded | Warned
Listener = Callable[[Event], None]


def ignore(event: Event) -> None:
    """The listener of those who don't watch."""
