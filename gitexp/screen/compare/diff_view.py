"""Two revisions side by side: metrics and params, old, new and change; as text, Markdown and DVC's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.dataclass import dataclass
from gitexp.experiment.table.best import Direction, direction_of
from gitexp.experiment.table.compare import Change
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import PRECISION, cell, fit, one_line
from gitexp.screen.json_text import Real
from gitexp.screen.panels import PLAIN, Sheet, panels
from gitexp.screen.terminal import GREEN, RED
from gitexp.screen.text_table import markdown

WIDEST = 100  # columns of one value: a long text would push every other out of sight


@dataclass(frozen=True, slots=True)
class DiffStyle:
    """How a table of changes is written. `rounded`: digits after the point, not significant ones."""

    title: str  # 'Metric' or 'Param'
    old: str  # the revisions as the user named them
    new: str
    path: bool = True
    change: bool = True
    precision: int | None = PRECISION
    rounded: bool = False
    no_number: str = "-"  # in the Change column where there is no difference to compute
    judged: bool = False  # whether the name of a key may say which values are better, as of a metric
    sheet: Sheet = PLAIN


class _BothValues(TypedDict):
    old: Value
    new: Value


class ValueChange(_BothValues, total=False):
    """A param or metric in two revisions; null where it is not there."""

    diff: Annotated[Real, "new - old, between numbers"]


class DiffAnswer(TypedDict, total=False):
    """Two revisions: old, new and diff by file and key; of three and more, the value by revision."""

    metrics: dict[str, dict[str, ValueChange]] | dict[str, dict[str, dict[str, Value]]]
    params: dict[str, dict[str, ValueChange]] | dict[str, dict[str, dict[str, Value]]]
    environment: Annotated[
        dict[str, dict[str, ValueChange]] | dict[str, dict[str, dict[str, Value]]] | None,
        "with --env; null: one is not known",
    ]
    data: Annotated[Value, "with --data: as `exp data diff --show-hash`"]
    patch: Annotated[str, "with -p"]


def diff_data(changes: Sequence[Change]) -> dict[str, dict[str, ValueChange]]:
    """file -> key -> old, new and, between numbers, diff."""
    data: dict[str, dict[str, ValueChange]] = {}
    for change in changes:
        entry: ValueChange = {"old": change.old, "new": change.new}
        if change.diff is not None:
            entry["diff"] = change.diff
        data.setdefault(change.file, {})[change.key] = entry
    return data


def diff_table(changes: Sequence[Change], form: DiffStyle, as_markdown: bool) -> list[str]:
    """A line a change; as plain text nothing at all when there is none, in Markdown a bare header."""
    header = ["Path", form.title, form.old, form.new, "Change"]
    rows = [
        [
            one_line(change.file),
            one_line(change.key),
            *(number(value, form) for value in (change.old, change.new)),
            form.no_number if change.diff is None else number(change.diff, form),
        ]
        for change in changes
    ]
    shown = [i for i in range(5) if (i != 0 or form.path) and (i != 4 or form.change)]
    picked = [[row[i] for i in shown] for row in (header, *rows)]
    if as_markdown:
        return [*markdown(picked[0], picked[1:]), ""]
    if not rows:
        return []
    styles = {
        (row, len(shown) - 1): style
        for row, change in enumerate(changes, 1)
        if form.judged and form.change and (style := judgement(change))
    }
    return panels(picked, 2 if form.path else 1, form.sheet, styles)


def judgement(change: Change) -> str:
    """Green for a change to the better, red for one to the worse, where the name says which is which."""
    direction = direction_of(change.key or change.file)
    if direction is None or not change.diff:
        return ""
    return GREEN if (change.diff < 0) is (direction is Direction.LOWER) else RED


def number(value: Value, style: DiffStyle) -> str:
    """A value as this table writes it."""
    if style.rounded and isinstance(value, float) and style.precision is not None:
        return str(round(value, style.precision))
    return fit(cell(value, style.precision), WIDEST)
