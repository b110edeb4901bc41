"""Experiments taken together: with the same params, or the same but for their seed; mean and deviation."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import Final

from gitexp.dataclass import dataclass
from gitexp.experiment.record import Group, Row, State
from gitexp.experiment.table.best import is_number
from gitexp.experiment.table.columns import Column, Kind, all_rows, find_column, find_columns, value_in
from gitexp.pipeline.stage import Value

_SEED: Final = re.compile(r"(?:^|[._-])(?:seeds?|random_?state)$", re.IGNORECASE)

_MOST: Final = 1e150  # what is larger, or infinite, has no square to make a deviation of


@dataclass(frozen=True, slots=True)
class Spread:
    """The numbers of one metric in one set. `deviation` is of a sample (n - 1); None for fewer than two."""

    count: int
    mean: float
    deviation: float | None
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class RowSet:
    """Experiments that have the same value in each column they are grouped by.

    `baseline`: the one they stand on, where that keeps sets apart.
    """

    values: tuple[Value, ...]  # beside the columns of the Sets
    rows: tuple[Row, ...]
    metrics: tuple[Spread | None, ...]  # beside the metrics of the Sets; None where there is no number
    baseline: Row | None = None


@dataclass(frozen=True, slots=True)
class Sets:
    by: tuple[Column, ...]
    metrics: tuple[Column, ...]
    sets: tuple[RowSet, ...]


def group_rows(
    groups: Sequence[Group],
    names: Sequence[str],
    seeds: bool = False,
    seed_keys: Collection[str] = (),
) -> Sets:
    """The finished experiments of all groups in sets: by the params named, and with `seeds` by every param
    that differs and is no seed. Sets come in the order in which their first experiment does.

    A seed is one by its name, or is among `seed_keys`. With `seeds` experiments of several baselines are
    never taken together: other code is no repetition.
    Raises ExpError for a name that is no param or metric, or several.
    """
    columns = find_columns(list(all_rows(groups)))
    rows = [(group.head, row) for group in groups for row in group.rows if row.state is State.SUCCESS]
    by = [find_column(name, columns, "to group by") for name in names]
    apart = seeds and len({head.rev for head, _ in rows}) > 1
    if seeds:
        params = [
            column
            for column in columns
            if column.kind is Kind.PARAM and not (is_seed(column.key) or column.key in seed_keys)
        ]
        by += [column for column in params if column not in by and _differs(column, [row for _, row in rows])]
    metrics = [column for column in columns if column.kind is Kind.METRIC and column not in by]
    found: dict[tuple[str, str], list[tuple[Row, Row]]] = {}
    for head, row in rows:
        alike = repr([value_in(row, column) for column in by])
        found.setdefault((head.rev if apart else "", alike), []).append((head, row))
    sets = tuple(
        _row_set([row for _, row in pairs], by, metrics, pairs[0][0] if apart else None)
        for pairs in found.values()
    )
    return Sets(tuple(by), tuple(metrics), sets)


def is_seed(key: str) -> bool:
    """'seed', 'train.seed', 'random_state': repetitions differ in it and in nothing else."""
    return _SEED.search(key) is not None


def _differs(column: Column, rows: Sequence[Row]) -> bool:
    return len({repr(value_in(row, column)) for row in rows}) > 1


def _row_set(
    rows: Sequence[Row], by: Sequence[Column], metrics: Sequence[Column], baseline: Row | None
) -> RowSet:
    values = tuple(value_in(rows[0], column) for column in by)
    return RowSet(values, tuple(rows), tuple(_spread(rows, column) for column in metrics), baseline)


def _spread(rows: Sequence[Row], column: Column) -> Spread | None:
    numbers = [
        float(value)
        for row in rows
        if is_number(value := value_in(row, column)) and abs(value) < 1e150  # its square is finite
    ]
    if not numbers:
        return None
    mean = math.fsum(numbers) / len(numbers)
    deviation = None
    if len(numbers) > 1:
        deviation = math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))
    return Spread(len(numbers), mean, deviation, min(numbers), max(numbers))
