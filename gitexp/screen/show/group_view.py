"""Sets of experiments as a table: n, mean ± deviation of each metric; as text, Markdown and JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Annotated, TypedDict

from gitexp.content import Value
from gitexp.experiment.record import Row
from gitexp.experiment.table.best import Direction, Wishes, directions
from gitexp.experiment.table.grouping import Sets, Spread
from gitexp.screen.cells import BEST_MARK, MISSING, cell, one_line
from gitexp.screen.decimals import decimals, is_a_number
from gitexp.screen.panels import PLAIN, Sheet, panels
from gitexp.screen.terminal import BOLD, GREEN
from gitexp.screen.text_table import markdown

_FIXED = re.compile(r"[0-9]+\.[0-9]{1,8}")  # a deviation that says how many decimals of the mean make sense
_LARGE = 1e6  # means from here on are written as every number is


def group_table(
    sets: Sets,
    precision: int,
    as_markdown: bool,
    unicode: bool,
    wishes: Wishes = Wishes(),
    sheet: Sheet = PLAIN,
) -> list[str]:
    """A line a set, its best means marked; a number of experiments other than n stands behind it."""
    if not sets.sets and not as_markdown:
        return []
    places = ["Baseline"] if any(found.baseline for found in sets.sets) else []
    header = [*places, *(one_line(c.title) for c in sets.by), "n", *(one_line(c.title) for c in sets.metrics)]
    best = _best(sets, wishes)
    columns = [[_baseline(one.baseline) if one.baseline else "" for one in sets.sets] for _ in places]
    columns += [_values([one.values[i] for one in sets.sets], precision) for i in range(len(sets.by))]
    columns.append([str(len(one.rows)) for one in sets.sets])
    for i in range(len(sets.metrics)):
        texts = [
            shown_spread(one.metrics[i], len(one.rows), precision, "±" if unicode else "+-")
            for one in sets.sets
        ]
        marked = [text + BEST_MARK * ((row, i) in best) for row, text in enumerate(texts)]
        columns.append(marked if as_markdown else decimals(marked))
    rows = [list(row) for row in zip(*columns, strict=True)]
    if as_markdown:
        return markdown(header, [[text.strip() for text in row] for row in rows])
    keep = len(places) + len(sets.by) + 1
    styles = {(row + 1, keep + i): f"{BOLD};{GREEN}" for row, i in best}
    return panels([header, *rows], keep, sheet, styles, right=[keep - 1])


def _values(values: Sequence[Value], precision: int) -> list[str]:
    texts = [cell(value, precision) for value in values]
    return decimals(texts) if all(value is None or is_a_number(value) for value in values) else texts


def _baseline(head: Row) -> str:
    return one_line(head.name or head.rev[:7])


def _best(sets: Sets, wishes: Wishes) -> set[tuple[int, int]]:
    known = directions(sets.metrics, wishes)
    found: set[tuple[int, int]] = set()
    for place, column in enumerate(sets.metrics):
        means = {row: spread.mean for row, one in enumerate(sets.sets) if (spread := one.metrics[place])}
        if column in known and len(set(means.values())) > 1:
            best = min(means.values()) if known[column] is Direction.LOWER else max(means.values())
            found |= {(row, place) for row, mean in means.items() if mean == best}
    return found


def shown_spread(spread: Spread | None, rows: int, precision: int, sign: str) -> str:
    """'0.936 ± 0.022': the deviation with two digits, the mean with as many as the deviation leaves sense."""
    if spread is None:
        return MISSING
    text = cell(spread.mean, precision)
    if spread.deviation is not None:
        digits = min(precision, 2)
        deviation = f"{spread.deviation:#.{digits}g}".rstrip(".") if spread.deviation else "0"
        places = len(deviation.partition(".")[2])
        if _FIXED.fullmatch(deviation) and math.isfinite(spread.mean) and abs(spread.mean) < _LARGE:
            text = f"{spread.mean:.{places}f}"
        text += f" {sign} {deviation}"
    return text if spread.count == rows else f"{text} (n={spread.count})"


class SpreadData(TypedDict):
    n: int
    mean: float
    deviation: float | None
    min: float
    max: float


class _SetBaseline(TypedDict, total=False):
    baseline: Annotated[str, "where there are sets of several"]


class SetData(_SetBaseline):
    """Experiments with the same values."""

    by: Annotated[dict[str, Value], "the values, by param"]
    n: int
    experiments: list[str | None]
    metrics: Annotated[dict[str, dict[str, SpreadData]], "by file and key"]


class GroupsAnswer(TypedDict):
    """With --group-by or --seeds: a set for each combination of values."""

    groups: list[SetData]


def group_data(sets: Sets) -> GroupsAnswer:
    """One object a set: what it has in common, its experiments, and the numbers of each metric by file."""
    found: list[SetData] = []
    for one in sets.sets:
        metrics: dict[str, dict[str, SpreadData]] = {}
        for column, spread in zip(sets.metrics, one.metrics, strict=True):
            if spread is not None:
                metrics.setdefault(column.file, {})[column.key] = {
                    "n": spread.count,
                    "mean": spread.mean,
                    "deviation": spread.deviation,
                    "min": spread.least,
                    "max": spread.most,
                }
        by = {column.title: value for column, value in zip(sets.by, one.values, strict=True)}
        names = [row.name for row in one.rows]
        told: SetData = {"by": by, "n": len(one.rows), "experiments": names, "metrics": metrics}
        if one.baseline:
            told["baseline"] = one.baseline.rev
        found.append(told)
    return {"groups": found}
