"""What happens in runs, as data for JSON: an object an event, and one `result` at the end of each run."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict

from gitexp.build.events import (
    Event,
    Planned,
    StageEnded,
    StageFetching,
    StageOutput,
    StageResult,
    StageStarted,
    StageWaiting,
    Warned,
)
from gitexp.build.plan import Plan, Reason
from gitexp.content import Value
from gitexp.experiment.record import FileValues, RunResult, RunStarted, State
from gitexp.experiment.run.repro import Reproduced
from gitexp.experiment.table.compare import compare_files
from gitexp.screen.compare.diff_view import ValueChange, diff_data


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


def started_line(event: RunStarted) -> StartedLine:
    return {
        "event": "started",
        "name": event.name,
        "overrides": list(event.overrides),
        "baseline": event.baseline,
    }


def event_line(name: str, event: Event) -> RunEventLine:
    """A build event of the run `name`."""
    if isinstance(event, Planned):
        return planned_line(name, event.plan)
    if isinstance(event, StageStarted):
        return {"event": "stage_started", "name": name, "stage": event.stage, "command": event.command}
    if isinstance(event, StageWaiting):
        return {"event": "stage_waiting", "name": name, "stage": event.stage}
    if isinstance(event, StageFetching):
        return _fetching(name, event)
    if isinstance(event, StageOutput):
        return {"event": "output", "name": name, "stage": event.stage, "line": event.line}
    if isinstance(event, StageEnded):
        return {"event": "stage_ended", "name": name, **stage_data(event.result)}
    return _warning(name, event)


def planned_line(name: str, plan: Plan) -> PlannedLine:
    steps: list[StepData] = [
        {
            "stage": step.stage.address,
            "action": step.action.value,
            "reasons": [reason_data(reason) for reason in step.reasons],
        }
        for step in plan.steps
    ]
    return {"event": "planned", "name": name, "steps": steps}


def _fetching(name: str, event: StageFetching) -> StageFetchingLine:
    traffic = event.traffic
    return {
        "event": "stage_fetching",
        "name": name,
        "stage": event.stage,
        "files": traffic.files,
        "all_files": traffic.all_files,
        "size": traffic.size,
        "all_size": traffic.all_size,
    }


def _warning(name: str, event: Warned) -> WarningLine:
    return {"event": "warning", "name": name, "message": event.message, "hint": event.hint}


def stage_data(result: StageResult) -> StageEndedData:
    data: StageEndedData = {
        "stage": result.stage,
        "outcome": result.outcome.value,
        "seconds": round(result.seconds, 3),
    }
    if result.failure is not None:
        data["failure"] = {
            "message": result.failure.message,
            "exit_code": result.failure.exit_code,
            "command": result.failure.command,
            "tail": list(result.failure.tail),
        }
    return data


def reason_data(reason: Reason) -> ReasonData:
    """A reason as JSON data: only what it has."""
    data: ReasonData = {"cause": reason.cause.value}
    if reason.subject is not None:
        data["subject"] = reason.subject
    if reason.old is not None or reason.new is not None:
        data["old"], data["new"] = reason.old, reason.new
    return data


def result_line(result: RunResult) -> ResultLine:
    return {"event": "result", **result_data(result)}


def task_line(entry: str, result: RunResult | None) -> TaskLine:
    return {"event": "task", "id": entry, "result": result_data(result) if result else None}


def result_data(result: RunResult) -> ResultData:
    """The end of one run: `metrics` hold the change against the baseline."""
    return {
        "name": result.name,
        "state": result.state.value,
        "baseline": result.baseline,
        "rev": result.experiment.commit if result.experiment else None,
        "ref": result.experiment.ref if result.experiment else None,
        "overrides": list(result.overrides),
        "seconds": round(result.seconds, 3),
        "stages": [stage_data(stage) for stage in result.stages],
        "metrics": diff_data(
            compare_files(result.base_values.metrics, result.values.metrics, everything=True)
        ),
        "params": {file: _file_data(values) for file, values in result.values.params.items()},
        "log": str(result.log) if result.log else None,
        "error": result.error,
    }


def reproduced_line(done: Reproduced) -> ReproducedLine:
    state = State.INTERRUPTED if done.build.interrupted else State.FAILED
    return {
        "event": "result",
        "name": "workspace",
        "state": (State.SUCCESS if done.build.ok else state).value,
        "stages": [stage_data(stage) for stage in done.build.stages],
        "written": list(done.written),
        "log": str(done.log),
    }


def _file_data(values: FileValues) -> Value:
    return None if values.error else values.values
