"""The records of runs and tables: what a revision holds, and how a run ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import Enum
from pathlib import Path

from gitexp.build.events import Event, StageResult
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.experiment.experiment import Experiment as Experiment
from gitexp.pipeline.stage import Value


class State(Enum):
    """How a run ended, or where it is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class FileValues:
    """What one metrics or params file holds in a revision; `error`: (exception name, text) if unreadable."""

    values: Value = None
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OutState:
    hash: Hash | None
    use_cache: bool
    is_data_source: bool


@dataclass(frozen=True, slots=True)
class Values:
    """What a revision holds: the cells of one table row (formats.md 8.8). Files keep pipeline order."""

    params: Mapping[str, FileValues] = field(default_factory=dict)
    metrics: Mapping[str, FileValues] = field(default_factory=dict)
    deps: Mapping[str, Hash | None] = field(default_factory=dict)
    outs: Mapping[str, OutState] = field(default_factory=dict)
    timestamp: int | None = None  # commit time, seconds since the epoch; None for the workspace
    error: str | None = None  # the revision's pipeline can't be read at all


@dataclass(frozen=True, slots=True)
class Row:
    """One line of `exp show`: an experiment, a baseline or the workspace."""

    rev: str  # 'workspace' or a commit id
    name: str | None
    values: Values
    state: State = State.SUCCESS
    error: str | None = None
    remark: str | None = None  # what a person noted on the experiment
    fate: str | None = None  # of a baseline that no branch reaches any more: where it went


@dataclass(frozen=True, slots=True)
class Group:
    """A baseline and its experiments, newest first. The workspace is a group without experiments.

    `more`: how many experiments it has that were not read.
    """

    head: Row
    rows: tuple[Row, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class RunResult:
    """How one `exp run` ended. `experiment` is set exactly when `state` is SUCCESS."""

    name: str
    state: State
    baseline: str
    experiment: Experiment | None = None
    stages: tuple[StageResult, ...] = ()
    overrides: tuple[str, ...] = ()
    values: Values = Values()
    base_values: Values = Values()
    log: Path | None = None  # the whole output
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunStarted:
    name: str
    overrides: tuple[str, ...]
    baseline: str


@dataclass(frozen=True, slots=True)
class RunEvent:
    """A build event, with the experiment it belongs to."""

    name: str
    event: Event


@dataclass(frozen=True, slots=True)
class RunEnded:
    result: RunResult


@dataclass(frozen=True, slots=True)
class SweepStarted:
    """So many experiments are to be run."""

    total: int


ExperimentEvent = SweepStarted | RunStarted | RunEvent | RunEnded
Watcher = Callable[[ExperimentEvent], None]


def unwatched(event: ExperimentEvent) -> None:
    """The watcher of those who don't watch."""
