"""What happens in runs, as data for JSON, in the shapes of `event_shapes`."""

from __future__ import annotations

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
from gitexp.screen.compare.diff_view import diff_data
from gitexp.screen.run.event_shapes import (
    PlannedLine,
    ReasonData,
    ReproducedLine,
    ResultData,
    ResultLine,
    RunEventLine,
    StageEndedData,
    StageFetchingLine,
    StartedLine,
    StepData,
    TaskLine,
    WarningLine,
)


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
