"""Which direction of a metric is the better one, and where its best values are."""

from __future__ import annotations

import pytest

from gitexp.experiment.record import FileValues, Row, Values
from gitexp.experiment.table.best import Best, Direction, Wishes, direction_of, find_best
from gitexp.experiment.table.columns import cells_of, find_columns
from gitexp.pipeline.stage import Value


@pytest.mark.parametrize(
    "key", ["loss", "val.loss", "val_loss", "valLoss", "test/rmse", "top5_error", "RMSE", "loss.train"]
)
def test_less_is_better(key: str) -> None:
    assert direction_of(key) is Direction.LOWER


@pytest.mark.parametrize(
    "key", ["acc", "val.accuracy", "accuracy_top5", "f1", "F1", "roc_auc", "mAP50", "r2", "recall@10"]
)
def test_more_is_better(key: str) -> None:
    assert direction_of(key) is Direction.HIGHER


@pytest.mark.parametrize("key", ["", "epoch", "step", "lossy"])
def test_no_direction_is_known(key: str) -> None:
    assert direction_of(key) is None


def best_of(values: list[Value], wishes: Wishes = Wishes(), key: str = "loss") -> Best | None:
    rows = [Row(str(i), None, Values(metrics={"m": FileValues({key: v})})) for i, v in enumerate(values)]
    columns = find_columns(rows)
    cells = [cells_of(row, columns) for row in rows]
    return find_best(columns, cells, range(len(rows)), wishes).get(columns[0])


def test_every_row_with_the_best_value_has_it() -> None:
    assert best_of([3, 1.0, 1, 2]) == Best(Direction.LOWER, frozenset({1, 2}))


def test_what_is_no_number_is_never_the_best() -> None:
    assert best_of([float("nan"), "0", False, 5, 10**400]) == Best(Direction.LOWER, frozenset({3}))


def test_where_all_are_alike_there_is_no_best() -> None:
    assert best_of([1, 1, 1.0]) is None
    assert best_of([1]) is None


def test_the_users_word_beats_the_name() -> None:
    assert best_of([1, 2], Wishes(maximize=("loss",))) == Best(Direction.HIGHER, frozenset({1}))
    assert best_of([1, 2], Wishes(minimize=("x",)), key="x") == Best(Direction.LOWER, frozenset({0}))
    assert best_of([1, 2], key="x") is None
