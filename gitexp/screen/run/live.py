"""The live view of a run on a terminal: one line a stage, or one line an experiment in a sweep.

Loaded only on a terminal: rich costs 60 ms, which a script or a pipe need not pay.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TypeVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.text import Span, Text

from gitexp.build.events import Outcome, Warned
from gitexp.experiment.jobs.run_note import FETCHING, NOT_OVER, RUNNING, SHARED, WAITING, StageNote
from gitexp.experiment.record import ExperimentEvent, RunEvent, RunResult, State
from gitexp.screen.cells import one_line, output_line, plural, short_time
from gitexp.screen.rich_words import rich_words
from gitexp.screen.run.board import Board, RunLine
from gitexp.screen.run.lines import print_report
from gitexp.screen.traffic_words import amount_done

T = TypeVar("T")

# status -> (mark, word, style): the mark and the word say it without colour.
LOOKS = {
    WAITING: ("·", "waiting", "dim"),
    RUNNING: ("▸", "running", "bold cyan"),
    SHARED: ("◷", "running in another run, will be shared", "cyan"),
    FETCHING: ("↓", "fetching", "cyan"),
    Outcome.KEPT.value: ("=", "unchanged", "dim"),
    Outcome.RESTORED.value: ("↺", "cached", "green"),
    Outcome.RAN.value: ("✓", "ran", "green"),
    Outcome.RECORDED.value: ("✓", "recorded", "green"),
    Outcome.FAILED.value: ("✗", "failed", "bold red"),
    Outcome.SKIPPED.value: ("-", "skipped", "dim"),
    Outcome.STOPPED.value: ("■", "stopped", "yellow"),
}
_BUSY = NOT_OVER - {WAITING}
ASCII_MARKS = {"·": ".", "▸": ">", "◷": "~", "↓": "v", "↺": "c", "✓": "+", "✗": "x", "■": "#"}
RUN_LOOKS = {
    State.SUCCESS: ("✓", "done", "green"),
    State.FAILED: ("✗", "failed", "bold red"),
    State.INTERRUPTED: ("■", "interrupted", "yellow"),
}


class LiveRunView:
    """Redraws ten times a second while the `with` block lasts; leaves its last picture behind."""

    def __init__(
        self, verbose: bool = False, applied: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = Console(markup=False, highlight=False, emoji=False, file=sys.stdout)
        self._board = Board()
        self._lock = threading.Lock()
        self._clock = clock
        self._applied = applied
        self._live = Live(self, console=self._console, refresh_per_second=10, redirect_stderr=True)

    def __enter__(self) -> LiveRunView:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, event: ExperimentEvent) -> None:
        if isinstance(event, RunEvent) and isinstance(event.event, Warned):
            self._console.print(Text(f"warning: {one_line(event.event.message)}", rich_words("yellow")))
            if event.event.hint:
                self._console.print(Text(f"hint: {one_line(event.event.hint)}"))
            return
        with self._lock:
            self._board.take(event, self._clock())

    def report(self, results: Sequence[RunResult]) -> None:
        print_report(sys.stdout, results, self._applied)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        with self._lock:
            height = max(3, (options.height or console.height) - 2)
            lines = board_lines(self._board, self._clock(), height)
        for line in lines:
            line.truncate(options.max_width, overflow="ellipsis")
            line.no_wrap = True
            line.spans = [Span(span.start, span.end, rich_words(str(span.style))) for span in line.spans]
            yield line if console.options.ascii_only is False else Text(_ascii(line.plain))


def _ascii(text: str) -> str:
    return "".join(ASCII_MARKS.get(c, c if c.isascii() else "?") for c in text)


def board_lines(board: Board, now: float, height: int) -> list[Text]:
    """The picture: at most `height` lines. Waiting and finished lines give way first."""
    runs = list(board.runs.values())
    if len(runs) == 1 and not board.tally.is_sweep:
        return _single_run(runs[0], now, height)
    return _sweep(board, runs, now, height)


def _single_run(run: RunLine, now: float, height: int) -> list[Text]:
    spent = run.result.seconds if run.result else now - run.since
    changed = f"  {one_line(' '.join(run.overrides))}" if run.overrides else ""
    lines = [Text.assemble((run.name, "bold"), changed, (f"  {short_time(spent)}", "dim"))]
    names = _shown(list(run.stages), lambda name: _urgency(run.stages[name].status), height - 3)
    column = max((len(name) for name in names), default=0)
    for name in names:
        lines.append(_stage_text(one_line(name).ljust(column), run.stages[name], now))
    hidden = len(run.stages) - len(names)
    if hidden:
        lines.append(
            Text(f"  … {plural(hidden, 'more stage')}, {run.ended_stages} of {len(run.stages)} ended", "dim")
        )
    if run.last and run.result is None:
        lines.append(Text(f"  {one_line(run.last_stage)} | {output_line(run.last)}", "dim"))
    return lines


def _stage_text(name: str, stage: StageNote, now: float) -> Text:
    mark, word, style = LOOKS[stage.status]
    spent = ""
    if stage.status in _BUSY:
        spent = f"  {short_time(now - stage.since)}"
    elif stage.status in (Outcome.RAN.value, Outcome.FAILED.value):
        spent = f"  {short_time(stage.seconds)}"
    what = f" {', '.join(amount_done(stage.fetched))}" if stage.fetched is not None else ""
    return Text.assemble((f"  {mark} ", style), name, "  ", (word, style), what, (spent, "dim"))


def _sweep(board: Board, runs: list[RunLine], now: float, height: int) -> list[Text]:
    shown = _shown(runs, lambda run: 0 if run.result is None else 2, height - 1)
    column = max((len(run.name) for run in shown), default=0)
    lines = [_run_text(run, column, now) for run in shown]
    parts = [board.tally.words(now)]
    if len(shown) < len(runs):
        parts.append(f"{len(runs) - len(shown)} not shown")
    lines.append(Text(", ".join(parts), "dim"))
    return lines


def _run_text(run: RunLine, column: int, now: float) -> Text:
    name = run.name.ljust(column)
    changed = one_line(" ".join(run.overrides))
    if run.result is not None:
        mark, word, style = RUN_LOOKS[run.result.state]
        spent = short_time(run.result.seconds)
        return Text.assemble((f"{mark} ", style), name, "  ", (word, style), (f"  {spent}  {changed}", "dim"))
    busy = [*run.in_state(RUNNING), *run.in_state(SHARED)]
    busy += [f"{name} (fetching)" for name in run.in_state(FETCHING)]
    where = one_line(", ".join(busy)) if busy else "preparing"
    progress = f"{run.ended_stages}/{len(run.stages)}" if run.stages else ""
    return Text.assemble(
        ("▸ ", "bold cyan"),
        name,
        f"  {progress} ",
        (where, "bold cyan"),
        (f"  {short_time(now - run.since)}  {changed}", "dim"),
        (f"  | {output_line(run.last)}" if run.last else "", "dim"),
    )


def _urgency(status: str) -> int:
    """What must stay in sight comes first: failures, what runs, then what waits, then what ended."""
    if status in (Outcome.FAILED.value, Outcome.STOPPED.value, *_BUSY):
        return 0
    return 1 if status == WAITING else 2


def _shown(items: list[T], urgency: Callable[[T], int], room: int) -> list[T]:
    """At most `room` items, the most urgent, in their own order; of equals the latest."""
    if len(items) <= room:
        return items
    ranked = sorted(range(len(items)), key=lambda i: (urgency(items[i]), -i))
    return [items[i] for i in sorted(ranked[: max(1, room)])]
