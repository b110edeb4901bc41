"""Which view of a run fits where its output goes: a live one, plain lines, JSON lines, or only the names.

All views are fed the same events and end with the same report, so that what a terminal shows, a log
file keeps and a program reads cannot drift apart.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol

from gitexp import deferred
from gitexp.experiment.record import ExperimentEvent, RunResult
from gitexp.screen.run.json import JsonRunView
from gitexp.screen.run.lasting_out import LastingOut
from gitexp.screen.run.lines import LinesRunView, QuietRunView


class RunView(Protocol):
    """Watches runs while the `with` block lasts; then says what came out."""

    def __enter__(self) -> RunView: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def __call__(self, event: ExperimentEvent) -> None:
        """Take one event. Events of parallel stages and runs may come from any thread."""
        ...

    def report(self, results: Sequence[RunResult]) -> None:
        """The end: names, metrics against the baseline, the next command; what failed and why."""
        ...


def open_run_view(
    json: bool = False, quiet: bool = False, verbose: bool = False, applied: bool = False
) -> RunView:
    """The view for this process's stdout. `verbose` adds reasons; `applied`: the next step is not `apply`."""
    if json:
        return JsonRunView(LastingOut(sys.stdout))
    if quiet:
        return QuietRunView(LastingOut(sys.stdout))
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        live: RunView = deferred.module("gitexp.screen.run.live").LiveRunView(verbose, applied)
        return live
    return LinesRunView(LastingOut(sys.stdout), verbose, applied)
