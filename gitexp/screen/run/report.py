"""The end of a run in words: names, metrics against the baseline, what failed and why, what to type next."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from gitexp.build.events import Outcome, StageResult
from gitexp.experiment.record import RunResult, State
from gitexp.experiment.table.best import Direction, direction_of
from gitexp.experiment.table.compare import Change, compare_files, contrast_files
from gitexp.screen.cells import cell, one_line, output_line, plural, short_time, signed
from gitexp.screen.text_table import align

TAIL = 10  # lines of a failed stage's output that are shown; the log has all
LONGEST = 500  # characters of one such line
MOST_METRICS = 6  # columns of a sweep's table


def report_lines(results: Sequence[RunResult], applied: bool = False) -> list[str]:
    """What goes to stdout. `applied`: the result is in the workspace already."""
    done = [result for result in results if result.state is State.SUCCESS]
    if len(results) == 1:
        return _single(results[0], applied) if done else []
    lines = ["", *_sweep_table(results), "", _sweep_summary(results)]
    if done:
        name, why = _best_of(done)
        lines += ["", "Next: exp show", f"      exp apply {name}{why}"]
    return lines


def _best_of(done: Sequence[RunResult]) -> tuple[str, str]:
    """The one to apply, and why: the best by the first metric that is known to be better low or high."""
    for metric in contrast_files([result.values.metrics for result in done], everything=True):
        direction = direction_of(metric.key)
        numbers = [
            (value, at)
            for at, value in enumerate(metric.values)
            if isinstance(value, (int, float)) and not math.isnan(value)
        ]
        if direction is not None and numbers:
            sign = 1 if direction is Direction.LOWER else -1
            _, at = min((sign * value, at) for value, at in numbers)
            return done[at].name, f"    # {direction.value} {one_line(metric.key)}"
    return done[0].name, ""


def failure_lines(result: RunResult) -> list[str]:
    """What goes to stderr of a run that did not succeed: stage, reason, last output, the whole log."""
    failed = [stage for stage in result.stages if stage.failure is not None]
    if result.state is State.INTERRUPTED:
        lines = [f"error: {result.name} was interrupted after {short_time(result.seconds)}."]
    elif not failed:
        lines = [f"error: {result.name} failed: {result.error or 'no reason was recorded.'}"]
    else:
        lines = []
    for stage in failed:
        lines += _stage_failure(result.name, stage)
    if result.log is not None:
        lines.append(f"  the whole log: {result.log}")
    return lines


def _stage_failure(run: str, stage: StageResult) -> list[str]:
    failure = stage.failure
    if failure is None:
        return []
    lines = [f"error: {run}: stage '{stage.stage}' failed: {failure.message}"]
    if failure.command:
        lines.append(f"  > {one_line(failure.command)}")
    hidden = len(failure.tail) - TAIL
    if hidden > 0:
        lines.append(f"  … {plural(hidden, 'earlier line')}")
    return lines + [f"  | {_cut(output_line(line))}" for line in failure.tail[-TAIL:]]


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _single(result: RunResult, applied: bool) -> list[str]:
    commit = f" ({result.experiment.commit[:7]})" if result.experiment else ""
    lines = [
        "",
        f"Experiment {result.name}{commit} done in {short_time(result.seconds)}: {outcomes(result)}.",
    ]
    table = _metric_rows(result)
    if table:
        header = ("Metric", "Baseline", "Now", "Change")
        lines += ["", *align([header, *table], right=(1, 2, 3))]
    if applied:
        return lines
    return [*lines, "", f"Next: exp apply {result.name}"]


def outcomes(result: RunResult) -> str:
    """'1 ran, 1 cached, 2 unchanged'."""
    counts = Counter(stage.outcome for stage in result.stages)
    return ", ".join(f"{counts[o]} {o.value}" for o in REPORTED if counts[o]) or "nothing to do"


REPORTED = (
    Outcome.RAN,
    Outcome.RECORDED,
    Outcome.RESTORED,
    Outcome.KEPT,
    Outcome.FAILED,
    Outcome.SKIPPED,
    Outcome.STOPPED,
)


def _metric_rows(result: RunResult) -> list[tuple[str, ...]]:
    changes = compare_files(result.base_values.metrics, result.values.metrics, everything=True)
    titles = short_titles(changes)
    return [
        (titles[change.file, change.key], cell(change.old), cell(change.new), change_cell(change))
        for change in changes
    ]


def change_cell(change: Change) -> str:
    """The change as a signed number; words where there is no difference to compute."""
    if change.diff is not None:
        return signed(change.diff)
    if change.old is None:
        return "new"
    if change.new is None:
        return "gone"
    return "=" if change.old == change.new else "changed"


def short_titles(changes: Sequence[Change]) -> dict[tuple[str, str], str]:
    """A title for each (file, key): the key alone where only one file has it."""
    count = Counter(change.key for change in changes)
    return {
        (change.file, change.key): one_line(
            change.key if count[change.key] == 1 and change.key else f"{change.file}:{change.key}".rstrip(":")
        )
        for change in changes
    }


def _sweep_table(results: Sequence[RunResult]) -> list[str]:
    compared = [
        compare_files(result.base_values.metrics, result.values.metrics, everything=True)
        for result in results
    ]
    titles: dict[tuple[str, str], str] = {}
    for changes in compared:
        titles.update(short_titles(changes))
    shown = list(titles)[:MOST_METRICS]
    if not shown:
        plain = [
            [result.name, one_line(" ".join(result.overrides)), result.state.value] for result in results
        ]
        return align([["Experiment", "Changed", "State"], *plain])
    header = ["Experiment", "Changed", *(titles[key] for key in shown)]
    rows = [["baseline", "", *_baseline_cells(compared, shown)]]
    for result, changes in zip(results, compared, strict=True):
        label = one_line(" ".join(result.overrides))
        rows.append([result.name, label, *_result_cells(result, changes, shown)])
    return align([header, *rows])


def _baseline_cells(compared: Sequence[Sequence[Change]], shown: Sequence[tuple[str, str]]) -> list[str]:
    old = {(change.file, change.key): change.old for changes in compared for change in changes}
    return [cell(old.get(key)) for key in shown]


def _result_cells(
    result: RunResult, changes: Sequence[Change], shown: Sequence[tuple[str, str]]
) -> list[str]:
    if result.state is not State.SUCCESS:
        return [result.state.value, *([""] * (len(shown) - 1))]
    by_key = {(change.file, change.key): change for change in changes}
    cells = []
    for key in shown:
        change = by_key.get(key)
        if change is None:
            cells.append(cell(None))
        elif change.diff:
            cells.append(f"{cell(change.new)} ({signed(change.diff)})")
        else:
            cells.append(cell(change.new))
    return cells


def _sweep_summary(results: Sequence[RunResult]) -> str:
    counts = Counter(result.state for result in results)
    parts = [f"{plural(counts[State.SUCCESS], 'experiment')} done"]
    parts += [
        f"{counts[state]} {state.value}" for state in (State.FAILED, State.INTERRUPTED) if counts[state]
    ]
    return f"{', '.join(parts)}."
