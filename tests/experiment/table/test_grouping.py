"""Experiments taken together by params or by seed."""

from __future__ import annotations

from pathlib import Path
from statistics import stdev

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.record import FileValues, Group, Row, State, Values
from gitexp.experiment.request import RunRequest, Sweep
from gitexp.experiment.run.run import run_experiments
from gitexp.experiment.table.grouping import Sets, Spread, group_rows, is_seed
from gitexp.experiment.table.repetitions import seed_keys
from gitexp.experiment.table.table import TableRequest, collect_table
from gitexp.pipeline.stage import Value
from gitexp.screen.show.group_view import group_data, group_table, shown_spread
from tests.experiment.lab import make_lab


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
        "1   2  0.60 ± 0.14",
        "2   2  0.9 (n=1)*",
    ]


def test_programs_get_the_numbers_and_the_names() -> None:
    first = group_data(group_rows(GROUPS, ["lr"]))["groups"][0]
    assert (first["by"], first["n"], first["experiments"]) == ({"lr": 1}, 2, ["a", "b"])
    assert first["metrics"]["m.json"]["acc"]["n"] == 2


@pytest.mark.parametrize(
    ("key", "answer"),
    [("seed", True), ("train.seed", True), ("random_state", True), ("seedling", False), ("lr", False)],
)
def test_seeds_are_known_by_name(key: str, answer: bool) -> None:
    assert is_seed(key) is answer


def test_a_param_that_experiments_call_their_seed_is_one() -> None:
    rows = tuple(row(f"e{n}", n / 10, lr=1 + n % 2, fold=n) for n in range(4))
    groups = [Group(row("main", 0.0, lr=1, fold=0), rows)]
    assert len(group_rows(groups, [], seeds=True).sets) == 4
    sets = group_rows(groups, [], seeds=True, seed_keys={"fold"})
    assert [column.key for column in sets.by] == ["lr"]
    assert counts(sets) == [(1, 2), (2, 2)]


def test_other_code_is_no_repetition() -> None:
    groups = [
        Group(
            row(base, 0.0, lr=1, seed=0),
            (row(f"{base}-1", 0.1, lr=1, seed=1), row(f"{base}-2", 0.2, lr=1, seed=2)),
        )
        for base in ("new", "old")
    ]
    sets = group_rows(groups, [], seeds=True)
    assert [(one.baseline.rev if one.baseline else "", len(one.rows)) for one in sets.sets] == [
        ("new", 2),
        ("old", 2),
    ]
    assert group_table(sets, 5, False, True) == [
        "Baseline  n  acc",
        "new       2  0.150 ± 0.071",
        "old       2  0.150 ± 0.071",
    ]
    assert [one["baseline"] for one in group_data(sets)["groups"]] == ["new", "old"]
    assert len(group_rows(groups, ["lr"]).sets) == 1


def test_what_was_repeated_is_read_from_experiments(work: Path) -> None:
    lab = make_lab(work / "project", params__yaml="train:\n  lr: 0.1\n  fold: 0\nprepare:\n  n: 2\n")
    sweep = Sweep(repeat=2, seed_param="train.fold")
    run_experiments(lab.project, RunRequest(overrides=("train.lr=0.2,0.3",), sweep=sweep))
    groups = collect_table(lab.project, TableRequest())
    keys = seed_keys(lab.project.repo, groups)
    assert keys == {"train.fold"}
    assert [len(one.rows) for one in group_rows(groups, [], seeds=True, seed_keys=keys).sets] == [2, 2]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0.1, 0.12, 0.11), "0.110 ± 0.010"),
        ((100, 148), "124 ± 34"),
        ((5, 5), "5 ± 0"),
        ((1e-9, 3e-9), "2e-09 ± 1.4e-09"),
        ((1e9, 1e9 + 1), "1e+09 ± 0.71"),
    ],
)
def test_a_mean_has_as_many_digits_as_the_deviation_leaves_sense(
    values: tuple[float, ...], text: str
) -> None:
    deviation = stdev(values)
    spread = Spread(len(values), sum(values) / len(values), deviation, min(values), max(values))
    assert shown_spread(spread, len(values), 5, "±") == text
