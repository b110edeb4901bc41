"""A run as JSON lines: one object an event, then one `result` a run. For programs, so never pretty."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType

from gitexp.build.events import (
    Event,
    Planned,
    StageEnded,
    StageOutput,
    StageResult,
    StageStarted,
    StageWaiting,
    Warned,
)
from gitexp.build.plan import Reason
from gitexp.experiment.compare import compare_files
from gitexp.experiment.record import (
    ExperimentEvent,
    FileValues,
    RunEvent,
    RunResult,
    RunStarted,
    SweepStarted,
)
from gitexp.pipeline.stage import Value
from gitexp.screen.json_text import to_json
from gitexp.screen.lasting_out import Out


class JsonRunView:
    """Writes each event as it comes."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._lock = threading.Lock()

    def __enter__(self) -> JsonRunView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: ExperimentEvent) -> None:
        if isinstance(event, RunStarted):
            self._write(
                {
                    "event": "started",
                    "name": event.name,
                    "overrides": list(event.overrides),
                    "baseline": event.baseline,
                }
            )
        elif isinstance(event, SweepStarted):
            self._write({"event": "sweep_started", "total": event.total})
        elif isinstance(event, RunEvent):
            self._write({**event_data(event.event), "name": event.name})

    def report(self, results: Sequence[RunResult]) -> None:
        for result in results:
            self._write(result_data(result))

    def _write(self, data: Value) -> None:
        with self._lock:
            self._out.write(to_json(data) + "\n")
            self._out.flush()


def event_data(event: Event) -> dict[str, Value]:
    """A build event as JSON data; `event` says which."""
    if isinstance(event, Planned):
        steps = [
            {
                "stage": step.stage.address,
                "action": step.action.value,
                "reasons": [reason_data(reason) for reason in step.reasons],
            }
            for step in event.plan.steps
        ]
        return {"event": "planned", "steps": steps}
    if isinstance(event, StageStarted):
        return {"event": "stage_started", "stage": event.stage, "command": event.command}
    if isinstance(event, StageWaiting):
        return {"event": "stage_waiting", "stage": event.stage}
    if isinstance(event, StageOutput):
        return {"event": "output", "stage": event.stage, "line": event.line}
    if isinstance(event, StageEnded):
        return {"event": "stage_ended", **stage_data(event.result)}
    return _warning_data(event)


def _warning_data(event: Warned) -> dict[str, Value]:
    return {"event": "warning", "message": event.message, "hint": event.hint}


def stage_data(result: StageResult) -> dict[str, Value]:
    data: dict[str, Value] = {
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


def reason_data(reason: Reason) -> dict[str, Value]:
    """A reason as JSON data: only what it has."""
    data: dict[str, Value] = {"cause": reason.cause.value}
    if reason.subject is not None:
        data["subject"] = reason.subject
    if reason.old is not None or reason.new is not None:
        data.update(old=reason.old, new=reason.new)
    return data


def result_data(result: RunResult) -> dict[str, Value]:
    """The end of one run: `metrics` hold the change against the baseline."""
    metrics: dict[str, dict[str, Value]] = {}
    for change in compare_files(result.base_values.metrics, result.values.metrics, everything=True):
        entry = {"old": change.old, "new": change.new}
        metrics.setdefault(change.file, {})[change.key] = (
            entry if change.diff is None else {**entry, "diff": change.diff}
        )
    return {
        "event": "result",
        "name": result.name,
        "state": result.state.value,
        "baseline": result.baseline,
        "rev": result.experiment.commit if result.experiment else None,
        "ref": result.experiment.ref if result.experiment else None,
        "overrides": list(result.overrides),
        "seconds": round(result.seconds, 3),
        "stages": [stage_data(stage) for stage in result.stages],
        "metrics": metrics,
        "params": {file: _file_data(values) for file, values in result.values.params.items()},
        "log": str(result.log) if result.log else None,
        "error": result.error,
    }


def _file_data(values: FileValues) -> Value:
    return None if values.error else values.values
