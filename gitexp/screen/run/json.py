"""A run as JSON lines: one object an event, then one `result` a run. For programs, so never pretty."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from types import TracebackType

from gitexp.experiment.record import ExperimentEvent, RunEvent, RunResult, RunStarted, SweepStarted
from gitexp.screen.answer import answer_text
from gitexp.screen.run.events import event_line, result_line, started_line
from gitexp.screen.run.lasting_out import Out


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
            self._write(started_line(event))
        elif isinstance(event, SweepStarted):
            self._write({"event": "sweep_started", "total": event.total})
        elif isinstance(event, RunEvent):
            self._write(event_line(event.name, event.event))

    def report(self, results: Sequence[RunResult]) -> None:
        for result in results:
            self._write(result_line(result))

    def _write(self, data: Mapping[str, object]) -> None:
        with self._lock:
            self._out.write(answer_text(data) + "\n")
            self._out.flush()
