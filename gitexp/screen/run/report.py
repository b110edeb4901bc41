"""The end of a run in words: names, metrics against the baseline, what failed and why, what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gitexp.build.events import Outcome, StageResult
from gitexp.experiment.record import RunResult, State
from gitexp.experiment.table.best import best_of, best_rows, direction_of
from gitexp.experiment.table.compare import Change, compare_files, contrast_files
from gitexp.screen.cells import BEST_MARK, cell, one_line, output_line, plural, short_time, signed
from gitexp.screen.compare.diff_view import judgement
from gitexp.screen.panels import PLAIN, Sheet, panels
from gitexp.screen.terminal import BOLD, GREEN, RED, YELLOW

TAIL = 10  # lines of a failed stage's output that are shown; the log has all
LONGEST = 500  # characters of one such line
MOST_METRICS = 6  # columns of a sweep's table


def report_lines(results: Sequence[RunResult], sheet: Sheet = PLAIN) -> list[str]:
    """What goes to stdout."""
    if len(results) == 1:
        return _single(results[0], sheet) if results[0].state is State.SUCCESS else []
    return ["", *_sweep_table(results, sheet), "", _sweep_summary(results)]


def report_next(results: Sequence[RunResult], applied: bool) -> list[str]:
    """What to type next. `applied`: the result is in the workspace already."""
    done = [result for result in results if result.state is State.SUCCESS]
    if len(results) == 1:
        return [f"exp apply {done[0].name}"] if done and not applied else []
    if not done:
        return []
    name, why = _best_of(done)
    return ["exp show", f"exp apply {name}{why}"]


def _best_of(done: Sequence[RunResult]) -> tuple[str, str]:
    """The one to apply, and why: the best by the first metric that is known to be better low or high."""
    for metric in contrast_files([result.values.metrics for result in done], everything=True):
        direction = direction_of(metric.key)
        best = best_rows(direction, dict(enumerate(metric.values))) if direction is not None else None
        if direction is not None and best:
            return done[min(best)].name, f"    # {direction.value} {one_line(metric.key)}"
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


def _single(result: RunResult, sheet: Sheet) -> list[str]:
    commit = f" ({result.experiment.commit[:7]})" if result.experiment else ""
    lines = [
        "",
        f"Experiment {result.name}{commit} done in {short_time(result.seconds)}: {outcomes(result)}.",
    ]
    changes = compare_files(result.base_values.metrics, result.values.metrics, everything=True)
    if changes:
        titles = short_titles(changes)
        rows = [
            (titles[change.file, change.key], cell(change.old), cell(change.new), change_cell(change))
            for change in changes
        ]
        styles = {(row, 3): judgement(change) for row, change in enumerate(changes, 1)}
        header = ("Metric", "Baseline", "Now", "Change")
        lines += ["", *panels([header, *rows], 1, sheet, styles, right=(1, 2, 3))]
    return lines


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


def _sweep_table(results: Sequence[RunResult], sheet: Sheet) -> list[str]:
    """A row a run: what was changed, and its metrics against the baseline's; the best of each is marked."""
    compared = [
        compare_files(result.base_values.metrics, result.values.metrics, everything=True)
        if result.state is State.SUCCESS
        else ()
        for result in results
    ]
    titles: dict[tuple[str, str], str] = {}
    for changes in compared:
        titles.update(short_titles(changes))
    shown = list(titles)[:MOST_METRICS]
    ill = any(result.state is not State.SUCCESS for result in results)
    old = {(change.file, change.key): change.old for changes in compared for change in changes}
    rows = [
        ["Experiment", *(["State"] if ill else []), "Changed", *(titles[key] for key in shown)],
        ["baseline", *([""] if ill else []), "", *(cell(old.get(key)) for key in shown)],
    ]
    styles = {}
    for row, (result, changes) in enumerate(zip(results, compared, strict=True), len(rows)):
        failed = result.state is not State.SUCCESS
        state = [result.state.value if failed else ""] if ill else []
        if failed:
            styles[row, 1] = RED if result.state is State.FAILED else YELLOW
        by_key = {(change.file, change.key): change for change in changes}
        cells = ["" if failed else _change(by_key.get(key)) for key in shown]
        rows.append([result.name, *state, one_line(" ".join(result.overrides)), *cells])
    first = len(rows[0]) - len(shown)
    for row, i in _best_cells(compared, shown):
        rows[row + 2][first + i] += BEST_MARK
        styles[row + 2, first + i] = f"{BOLD};{GREEN}"
    return panels(rows if shown else [rows[0], *rows[2:]], 1, sheet, styles)


def _change(change: Change | None) -> str:
    if change is None:
        return cell(None)
    return f"{cell(change.new)} ({signed(change.diff)})" if change.diff else cell(change.new)


def _best_cells(
    compared: Sequence[Sequence[Change]], shown: Sequence[tuple[str, str]]
) -> Iterator[tuple[int, int]]:
    """(result, metric) of the best values, where the metric's name says what is better."""
    for i, key in enumerate(shown):
        direction = direction_of(key[1] or key[0])
        values = {
            row: change.new
            for row, changes in enumerate(compared)
            for change in changes
            if (change.file, change.key) == key
        }
        best = best_of(direction, values) if direction is not None else None
        if best is not None:
            yield from ((row, i) for row in best.rows)


def _sweep_summary(results: Sequence[RunResult]) -> str:
    counts = Counter(result.state for result in results)
    parts = [f"{plural(counts[State.SUCCESS], 'experiment')} done"]
    parts += [
        f"{counts[state]} {state.value}" for state in (State.FAILED, State.INTERRUPTED) if counts[state]
    ]
    return f"{', '.join(parts)}."
