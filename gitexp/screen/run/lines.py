"""A run as plain lines, each written when it happens: for pipes, log files and CI. No rich."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from types import TracebackType

from gitexp.build.events import (
    Event,
    Outcome,
    Planned,
    StageEnded,
    StageFetching,
    StageOutput,
    StageResult,
    StageStarted,
    StageWaiting,
)
from gitexp.build.plan import Reason
from gitexp.experiment.record import ExperimentEvent, RunEnded, RunEvent, RunResult, RunStarted, State
from gitexp.screen.cells import one_line, output_line, plural, short_time, size_text
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.reasons import reasons_words
from gitexp.screen.run.lasting_out import Out
from gitexp.screen.run.report import failure_lines, report_lines, report_next
from gitexp.screen.run.tally import Tally
from gitexp.screen.talk import print_warning, say, say_next, visible

FINISHED = {
    Outcome.KEPT: "unchanged",
    Outcome.RESTORED: "cached: outs restored",
    Outcome.RAN: "ran",
    Outcome.RECORDED: "recorded as it is",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "skipped",
    Outcome.STOPPED: "stopped",
}


class LinesRunView:
    """Says what happens, line by line, without colour or cursor movement."""

    def __init__(self, out: Out, verbose: bool = False, applied: bool = False) -> None:
        self._out = out
        self._verbose = verbose
        self._applied = applied
        self._lock = threading.Lock()
        self._tally = Tally()
        self._reasons: dict[tuple[str, str], tuple[Reason, ...]] = {}
        self._fetched: dict[tuple[str, str], int] = {}  # files that were said to come

    def __enter__(self) -> LinesRunView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: ExperimentEvent) -> None:
        with self._lock:
            now = time.monotonic()
            self._tally.take(event, now)
            if isinstance(event, RunStarted):
                self._write(f"{event.name}: started", one_line(" ".join(event.overrides)))
            elif isinstance(event, RunEvent):
                self._build_event(event.name, event.event)
            elif isinstance(event, RunEnded) and self._tally.is_sweep:
                self._write(f"{event.result.name}: {event.result.state.value}", self._tally.words(now))
            elif isinstance(event, RunEnded) and event.result.state is not State.SUCCESS:
                self._write(f"{event.result.name}: {event.result.state.value}")

    def _build_event(self, run: str, event: Event) -> None:
        if isinstance(event, Planned):
            self._reasons.update({(run, step.stage.address): step.reasons for step in event.plan.steps})
        elif isinstance(event, StageStarted):
            why = self._why(run, event.stage)
            self._write(f"{run} {event.stage}: running `{one_line(event.command)}`", why)
        elif isinstance(event, StageWaiting):
            self._write(f"{run} {event.stage}: waiting for the same stage in another run")
        elif isinstance(event, StageFetching):
            self._fetching(run, event)
        elif isinstance(event, StageOutput):
            self._write(f"{run} {event.stage} | {output_line(event.line)}")
        elif isinstance(event, StageEnded):
            self._write(f"{run} {event.result.stage}: {ending(event.result)}")
        else:
            print_warning(event.message, event.hint)

    def _fetching(self, run: str, event: StageFetching) -> None:
        """A log is told what there is to be fetched, not how far it is."""
        traffic = event.traffic
        if traffic.all_files > 2 * self._fetched.get((run, event.stage), 0):
            self._fetched[run, event.stage] = traffic.all_files
            size = f", {size_text(traffic.all_size)}" if traffic.all_size else ""
            self._write(f"{run} {event.stage}: fetching {plural(traffic.all_files, 'file')}{size}")

    def _why(self, run: str, stage: str) -> str:
        return reasons_words(self._reasons.get((run, stage), ()), self._verbose)

    def _write(self, line: str, aside: str = "") -> None:
        self._out.write(visible(f"{line}  ({aside})" if aside else line) + "\n")
        self._out.flush()

    def report(self, results: Sequence[RunResult]) -> None:
        print_report(self._out, results, self._applied)


class QuietRunView:
    """Nothing until the end, then one name a line for a script to read; failures go to stderr."""

    def __init__(self, out: Out) -> None:
        self._out = out

    def __enter__(self) -> QuietRunView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: ExperimentEvent) -> None:
        return None

    def report(self, results: Sequence[RunResult]) -> None:
        for result in results:
            if result.state is State.SUCCESS:
                self._out.write(f"{result.name}\n")
        self._out.flush()
        _say_failures(results)


def print_report(out: Out, results: Sequence[RunResult], applied: bool) -> None:
    """The report on `out`; what failed, and what to type next, on stderr."""
    for line in report_lines(results, stdout_sheet()):
        out.write(line + "\n")
    out.flush()
    _say_failures(results)
    commands = report_next(results, applied)
    if commands:
        say_next(*commands)


def _say_failures(results: Sequence[RunResult]) -> None:
    for result in results:
        if result.state is not State.SUCCESS:
            say("\n".join(failure_lines(result)))


def ending(result: StageResult) -> str:
    """How a stage ended, with its time where time was spent."""
    words = FINISHED[result.outcome]
    if result.failure is not None:
        return f"{words}: {one_line(result.failure.message)}"
    if result.outcome in (Outcome.RAN, Outcome.STOPPED):
        return f"{words} in {short_time(result.seconds)}"
    return words
