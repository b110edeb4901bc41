"""Which of two values of a metric is the better one, and which rows have the best: by the metric's name, or
as the user says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from gitexp.dataclass import dataclass
from gitexp.experiment.table.columns import Cell, Column, Kind, find_column
from gitexp.pipeline.stage import Value


class Direction(Enum):
    LOWER = "lowest"
    HIGHER = "highest"


# Words of metrics' names; a number behind them is of no matter: 'top5_error', 'f1', 'map50'.
_LOWER: Final = frozenset(
    """loss losses logloss nll error errors err mse rmse mae mape smape rmsle perplexity ppl bpc wer cer fid
    kid brier ece regret deviance divergence latency""".split()  # noqa: SIM905 - forty quoted words are no better
)
_HIGHER: Final = frozenset(
    """acc accuracy auc auroc auprc roc f fscore score precision recall sensitivity specificity iou miou map
    ap dice jaccard kappa mcc r bleu rouge meteor psnr ssim ndcg mrr hit reward return""".split()  # noqa: SIM905
)
_STEPS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of metrics: names, as in a table's titles."""

    minimize: tuple[str, ...] = ()
    maximize: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Best:
    """The best of one column: in which rows it is, by their place in the table."""

    direction: Direction
    rows: frozenset[int]


def direction_of(key: str) -> Direction | None:
    """By the last word of the name that says something: 'val.loss', 'accuracy_top5'."""
    for word in reversed([word.lower() for word in _STEPS.split(key) if word]):
        if word in _LOWER:
            return Direction.LOWER
        if word in _HIGHER:
            return Direction.HIGHER
    return None


def directions(columns: Sequence[Column], wishes: Wishes = Wishes()) -> dict[Column, Direction]:
    """Of the metrics of which it is known. Raises ExpError for a wish that names no column."""
    found = {
        column: direction
        for column in columns
        if column.kind is Kind.METRIC and (direction := direction_of(column.key or column.file)) is not None
    }
    for names, direction in ((wishes.minimize, Direction.LOWER), (wishes.maximize, Direction.HIGHER)):
        found.update({find_column(name, columns, "to judge by"): direction for name in names})
    return found


def find_best(
    columns: Sequence[Column],
    cells: Sequence[Sequence[Cell]],
    judged: Sequence[int],
    wishes: Wishes = Wishes(),
) -> dict[Column, Best]:
    """The best of each column among the rows `judged`, where they differ at all."""
    known = directions(columns, wishes)
    found = {}
    for place, column in enumerate(columns):
        if column in known:
            best = best_of(known[column], {row: cells[row][place].value for row in judged})
            if best is not None:
                found[column] = best
    return found


def best_of(direction: Direction, values: Mapping[int, Value]) -> Best | None:
    """The best of one column, of the values by row; None where they do not differ."""
    numbers = {row: value for row, value in values.items() if is_number(value)}
    if len(set(numbers.values())) < 2:
        return None
    return Best(direction, best_rows(direction, numbers))


def best_rows(direction: Direction, values: Mapping[int, Value]) -> frozenset[int]:
    """The rows with the best of these values, also where all are the same; none where there is no number."""
    numbers = {row: value for row, value in values.items() if is_number(value)}
    best = (min if direction is Direction.LOWER else max)(numbers.values(), default=None)
    return frozenset(row for row, value in numbers.items() if value == best)


def is_number(value: Value) -> bool:
    """A number that has a place in an order: no truth value, no NaN."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
