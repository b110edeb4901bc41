"""What is going on right now, kept from events: the state behind the live view. Pure; time is handed in."""

from __future__ import annotations

from dataclasses import field

from gitexp.build.events import Event, Planned, StageOutput
from gitexp.dataclass import dataclass
from gitexp.experiment.jobs.run_note import NOT_OVER, StageNote
from gitexp.experiment.jobs.stage_after import stage_after
from gitexp.experiment.record import ExperimentEvent, RunEnded, RunEvent, RunResult, RunStarted
from gitexp.screen.run.tally import Tally


@dataclass(slots=True)
class RunLine:
    """One run: its stages in execution order and the last line that any of them wrote."""

    name: str
    overrides: tuple[str, ...]
    since: float
    stages: dict[str, StageNote] = field(default_factory=dict)
    last: str = ""
    last_stage: str = ""
    result: RunResult | None = None

    def in_state(self, status: str) -> list[str]:
        return [name for name, stage in self.stages.items() if stage.status == status]

    @property
    def ended_stages(self) -> int:
        return sum(stage.status not in NOT_OVER for stage in self.stages.values())


class Board:
    """Runs by name, in the order they started."""

    def __init__(self) -> None:
        self.runs: dict[str, RunLine] = {}
        self.tally = Tally()

    def take(self, event: ExperimentEvent, now: float) -> None:
        self.tally.take(event, now)
        if isinstance(event, RunStarted):
            self.runs[event.name] = RunLine(event.name, event.overrides, now)
        elif isinstance(event, RunEnded):
            self._run(event.result.name, now).result = event.result
        elif isinstance(event, RunEvent):
            self._build_event(self._run(event.name, now), event.event, now)

    def _run(self, name: str, now: float) -> RunLine:
        return self.runs.setdefault(name, RunLine(name, (), now))

    def _build_event(self, run: RunLine, event: Event, now: float) -> None:
        if isinstance(event, Planned):
            for step in event.plan.steps:
                run.stages.setdefault(step.stage.address, StageNote(step.stage.address))
        elif isinstance(event, StageOutput):
            run.last, run.last_stage = event.line or run.last, event.stage
        elif (after := stage_after(run.stages, event, now)) is not None:
            run.stages[after.stage] = after
