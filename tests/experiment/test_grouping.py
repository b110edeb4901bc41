"""Experiments taken together by params or by seed."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.grouping import Sets, Spread, group_rows, is_seed
from gitexp.experiment.record import FileValues, Group, Row, State, Values
from gitexp.pipeline.stage import Value
from gitexp.screen.group_view import group_data, group_table


def row(name: str, acc: Value, state: State = State.SUCCESS, **params: Value) -> Row:
    values = Values({"params.yaml": FileValues(params)}, {"m.json": FileValues({"acc": acc})})
    return Row(name, name, values, state)


GROUPS = [
    Group(row("head", 0.0, lr=1, seed=0)),
    Group(
        row("main", 0.0, lr=1, seed=0),
        (
            row("a", 0.5, lr=1, seed=1),
            row("b", 0.7, lr=1, seed=2),
            row("c", 0.9, lr=2, seed=1),
            row("d", None, lr=2, seed=2),
            row("e", 0.1, State.FAILED, lr=2, seed=3),
        ),
    ),
]


def counts(sets: Sets) -> list[tuple[Value, ...]]:
    return [(*one.values, len(one.rows)) for one in sets.sets]


def test_seeds_are_repetitions_of_what_else_differs() -> None:
    sets = group_rows(GROUPS, [], seeds=True)
    assert [column.key for column in sets.by] == ["lr"]
    assert counts(sets) == [(1, 2), (2, 2)]
    spread = sets.sets[0].metrics[0]
    assert spread is not None
    assert (spread.count, round(spread.mean, 9), spread.least, spread.most) == (2, 0.6, 0.5, 0.7)
    assert round(spread.deviation or 0, 6) == 0.141421
    assert sets.sets[1].metrics[0] == Spread(1, 0.9, None, 0.9, 0.9)


def test_any_param_can_be_grouped_by() -> None:
    assert counts(group_rows(GROUPS, ["seed"])) == [(1, 2), (2, 2)]
    with pytest.raises(ExpError, match="to group by"):
        group_rows(GROUPS, ["nope"])


def test_the_table_says_mean_deviation_and_how_many() -> None:
    assert group_table(group_rows(GROUPS, ["lr"]), 5, False, True) == [
        "lr  n  acc",
        "1   2  0.6 ± 0.14",
        "2   2  0.9 (n=1)*",
    ]


def test_programs_get_the_numbers_and_the_names() -> None:
    first = group_data(group_rows(GROUPS, ["lr"]))[0]
    assert (first["by"], first["n"], first["experiments"]) == ({"lr": 1}, 2, ["a", "b"])
    assert first["metrics"]["m.json"]["acc"]["n"] == 2


@pytest.mark.parametrize(
    ("key", "answer"),
    [("seed", True), ("train.seed", True), ("random_state", True), ("seedling", False), ("lr", False)],
)
def test_seeds_are_known_by_name(key: str, answer: bool) -> None:
    assert is_seed(key) is answer
