"""How a run ended, in a few plain values: what the queue, the run's folder and its commit remember."""

from __future__ import annotations

import time

from gitexp.dataclass import dataclass
from gitexp.experiment.record import RunResult


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended, for people: which stage failed, with what."""

    state: str  # a value of gitexp.experiment.record.State
    commit: str | None = None  # the experiment, or what was kept of a failed one
    stage: str | None = None
    exit_code: int | None = None
    message: str | None = None
    seconds: float = 0.0
    at: float = 0.0  # seconds since the epoch

    @property
    def why(self) -> str:
        """'train: exited with 3', or what else is known."""
        stage = f"{self.stage}: " if self.stage else ""
        return f"{stage}{self.message or self.state}"


def ending_of(result: RunResult, commit: str | None = None) -> Ending:
    """What to remember of a run. `commit`: what was kept of one that did not succeed."""
    bad = next((stage for stage in result.stages if stage.failure is not None), None)
    failure = bad.failure if bad else None
    return Ending(
        state=result.state.value,
        commit=result.experiment.commit if result.experiment else commit,
        stage=bad.stage if bad else None,
        exit_code=failure.exit_code if failure else None,
        message=failure.message if failure else result.error,
        seconds=round(result.seconds, 3),
        at=time.time(),
    )
