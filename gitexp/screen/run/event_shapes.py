"""The shapes of what happens in runs as JSON: an object an event, one `result` at the end of each run."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from gitexp.content import Value
from gitexp.screen.compare.diff_view import ValueChange


class StartedLine(TypedDict):
    """An experiment begins."""

    event: Literal["started"]
    name: str
    overrides: list[str]
    baseline: str


class SweepLine(TypedDict):
    """A sweep begins: so many experiments."""

    event: Literal["sweep_started"]
    total: int


class _Reason(TypedDict):
    cause: str


class ReasonData(_Reason, total=False):
    """Why a stage is not up to date."""

    subject: Annotated[str, "a path, or FILE:KEY of a param"]
    old: Annotated[Value, "a param's value, or a hash"]
    new: Value


class StepData(TypedDict):
    stage: str
    action: Annotated[str, "up to date, restore, run, record or depends (on how upstream ends)"]
    reasons: list[ReasonData]


class PlannedLine(TypedDict):
    """What will be done, upstream first; with --dry, what would."""

    event: Literal["planned"]
    name: str
    steps: list[StepData]


class StageStartedLine(TypedDict):
    """A command begins."""

    event: Literal["stage_started"]
    name: str
    stage: str
    command: str


class StageWaitingLine(TypedDict):
    """Another run is at this very stage: its result will be taken."""

    event: Literal["stage_waiting"]
    name: str
    stage: str


class StageFetchingLine(TypedDict):
    """Data that a stage needs comes from a remote: how far it is."""

    event: Literal["stage_fetching"]
    name: str
    stage: str
    files: int
    all_files: int
    size: Annotated[int, "bytes"]
    all_size: Annotated[int, "bytes; 0: not known"]


class OutputLine(TypedDict):
    """A line that a command printed."""

    event: Literal["output"]
    name: str
    stage: str
    line: str


class FailureData(TypedDict):
    message: str
    exit_code: int | None
    command: str | None
    tail: Annotated[list[str], "the last lines of its output"]


class _StageEnded(TypedDict):
    stage: str
    outcome: str
    seconds: float


class StageEndedData(_StageEnded, total=False):
    failure: FailureData


class StageEndedLine(StageEndedData):
    """A stage is done, came from the cache, or failed."""

    event: Literal["stage_ended"]
    name: str


class WarningLine(TypedDict):
    """Something to know, which stops nothing."""

    event: Literal["warning"]
    name: str
    message: str
    hint: str | None


class ResultData(TypedDict):
    name: str
    state: Annotated[str, "success, failed or interrupted"]
    baseline: str
    rev: Annotated[str | None, "the experiment; null when none was made"]
    ref: str | None
    overrides: list[str]
    seconds: float
    stages: list[StageEndedData]
    metrics: Annotated[dict[str, dict[str, ValueChange]], "by file and key, against the baseline"]
    params: Annotated[dict[str, Value], "by file; null: it can't be read"]
    log: str | None
    error: str | None


class ResultLine(ResultData):
    """How a run ended."""

    event: Literal["result"]


class TaskLine(TypedDict):
    """What `exp worker` made of an entry."""

    event: Literal["task"]
    id: str
    result: Annotated[ResultData | None, "null: it is done, removed, or run by another"]


class ReproducedLine(TypedDict):
    """How `exp repro` ended."""

    event: Literal["result"]
    name: Literal["workspace"]
    state: Annotated[str, "success, failed or interrupted"]
    stages: list[StageEndedData]
    written: Annotated[list[str], "lock, .dvc and .gitignore files that changed"]
    log: str


BuildLine = StageStartedLine | StageWaitingLine | StageFetchingLine | OutputLine | StageEndedLine
RunEventLine = PlannedLine | BuildLine | WarningLine

BUILD_LINES = (
    PlannedLine,
    StageStartedLine,
    StageWaitingLine,
    StageFetchingLine,
    OutputLine,
    StageEndedLine,
    WarningLine,
)
RUN_LINES = (SweepLine, StartedLine, *BUILD_LINES, ResultLine)
