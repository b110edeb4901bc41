"""What a build would do to each stage, and why: data, so that any command can show it.

Filled by `gitexp.build.planner`; executed by `gitexp.build.builder`.
"""

from __future__ import annotations

from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Stage, Value


class Action(Enum):
    """What the plan says of a stage."""

    KEEP = "up to date"  # nothing to do
    RESTORE = "restore"  # its outs come from the cache: it ran before with these inputs
    RUN = "run"  # its command must run
    RECORD = "record"  # its outs are right as they lie there: hash them, cache them, note that (data, frozen)
    DEPENDS = "depends"  # an upstream stage runs first; whether this one runs too shows then


class Cause(Enum):
    """Why a stage is not up to date. The values are the words shown to people and in JSON."""

    NEVER_RAN = "never ran"
    COMMAND = "changed command"
    DEP_MODIFIED = "modified dep"
    DEP_DELETED = "deleted dep"
    DEP_NEW = "new dep"
    PARAM_MODIFIED = "modified param"
    PARAM_DELETED = "deleted param"
    PARAM_NEW = "new param"
    OUT_MODIFIED = "modified out"
    OUT_DELETED = "deleted out"
    OUT_NEW = "new out"
    OUT_NOT_IN_CACHE = "out not in cache"
    ALWAYS = "always changed"
    FORCED = "forced"
    UPSTREAM = "upstream runs"


@dataclass(frozen=True, slots=True)
class Reason:
    """One cause with what it is about: a path, or `file:key` for a param; old and new value or hash."""

    cause: Cause
    subject: str | None = None
    old: Value = None
    new: Value = None


@dataclass(frozen=True, slots=True)
class Step:
    stage: Stage
    action: Action
    reasons: tuple[Reason, ...] = ()
    source: LockEntry | None = None  # of RESTORE: the recorded run whose outs are brought back


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order that respects the graph: upstream first."""

    steps: tuple[Step, ...]
