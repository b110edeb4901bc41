"""Sets of experiments as a table: n, mean ± deviation of each metric; as text, Markdown and JSON."""

from __future__ import annotations

from typing import Annotated, TypedDict

from gitexp.content import Value
from gitexp.experiment.record import Row
from gitexp.experiment.table.best import Direction, Wishes, directions
from gitexp.experiment.table.grouping import Sets, Spread
from gitexp.screen.cells import BEST_MARK, MISSING, cell, one_line
from gitexp.screen.text_table import align, markdown


def group_table(
    sets: Sets, precision: int, as_markdown: bool, unicode: bool, wishes: Wishes = Wishes()
) -> list[str]:
    """A line a set, its best means marked; a number of experiments other than n stands behind it."""
    places = ["Baseline"] if any(found.baseline for found in sets.sets) else []
    header = [*places, *(one_line(c.title) for c in sets.by), "n", *(one_line(c.title) for c in sets.metrics)]
    best = _best(sets, wishes)
    sign = "±" if unicode else "+-"
    rows = [
        [
            *([_baseline(found.baseline)] if found.baseline else []),
            *(cell(value, precision) for value in found.values),
            str(len(found.rows)),
            *(
                _shown(spread, len(found.rows), precision, sign) + BEST_MARK * ((row, column) in best)
                for column, spread in enumerate(found.metrics)
            ),
        ]
        for row, found in enumerate(sets.sets)
    ]
    if as_markdown:
        return markdown(header, rows)
    return align([header, *rows], right=[len(places) + len(sets.by)]) if rows else []


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


def _shown(spread: Spread | None, rows: int, precision: int, sign: str) -> str:
    if spread is None:
        return MISSING
    text = cell(spread.mean, precision)
    if spread.deviation is not None:
        text += f" {sign} {cell(spread.deviation, min(precision, 2))}"
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
