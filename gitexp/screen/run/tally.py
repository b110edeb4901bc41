"""Counts the runs of a command as they begin and end: what a long sweep's progress line says."""

from __future__ import annotations

from collections import Counter

from gitexp.build.events import Outcome
from gitexp.experiment.record import ExperimentEvent, RunEnded, RunResult, RunStarted, SweepStarted
from gitexp.screen.progress_words import progress_words

_NOTHING_RAN = frozenset({Outcome.KEPT, Outcome.RESTORED})


class Tally:
    """Told every event; `words` is the line. Time is handed in, in seconds of any clock."""

    def __init__(self) -> None:
        self.total = 0
        self.running = 0
        self._began: float | None = None
        self._cached = 0
        self._ended: Counter[str] = Counter()

    def take(self, event: ExperimentEvent, now: float) -> None:
        if self._began is None:
            self._began = now
        if isinstance(event, SweepStarted):
            self.total = event.total
        elif isinstance(event, RunStarted):
            self.running += 1
        elif isinstance(event, RunEnded):
            self.running = max(0, self.running - 1)
            self._ended[event.result.state.value] += 1
            self._cached += _is_cached(event.result)

    @property
    def is_sweep(self) -> bool:
        return self.total > 1

    def words(self, now: float) -> str:
        waiting = max(0, self.total - self.running - sum(self._ended.values()))
        seconds = now - (now if self._began is None else self._began)
        return progress_words(self._ended, self._cached, self.running, waiting, seconds)


def _is_cached(result: RunResult) -> bool:
    return bool(result.stages) and all(stage.outcome in _NOTHING_RAN for stage in result.stages)
