"""Events and results of runs, as views are fed them in tests."""

from __future__ import annotations

from pathlib import Path

from gitexp.build.events import Event, Failure, Outcome, StageResult
from gitexp.build.plan import Action, Plan, Reason, Step
from gitexp.experiment.record import Experiment, FileValues, RunEvent, RunResult, State, Values
from gitexp.pipeline.stage import Stage

BASE = "b" * 40


def event(happened: Event, run: str = "otter") -> RunEvent:
    return RunEvent(run, happened)


def plan(*names: str, reasons: tuple[Reason, ...] = ()) -> Plan:
    return Plan(tuple(Step(Stage(name, "dvc.yaml", f"run {name}"), Action.RUN, reasons) for name in names))


def metrics(**values: object) -> Values:
    return Values(metrics={"m.json": FileValues(values)})


def succeeded(
    name: str = "otter", old: Values = Values(), new: Values = Values(), **more: object
) -> RunResult:
    return RunResult(
        name,
        State.SUCCESS,
        BASE,
        Experiment(name, "c" * 40, BASE),
        (StageResult("train", Outcome.RAN, 2.0), StageResult("prepare", Outcome.KEPT)),
        values=new,
        base_values=old,
        seconds=3.0,
        **more,  # type: ignore[arg-type]
    )


def failed(name: str = "otter", tail: tuple[str, ...] = ("boom",)) -> RunResult:
    failure = Failure("exit code 3", 3, "python train.py", tail)
    return RunResult(
        name,
        State.FAILED,
        BASE,
        stages=(StageResult("train", Outcome.FAILED, 1.0, failure=failure),),
        log=Path("/logs/otter"),
        seconds=1.0,
    )
