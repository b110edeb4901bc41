"""Columns of a table: names, choice, order of rows."""

from __future__ import annotations

import pytest

from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.experiment.record import FileValues, Row, Values
from gitexp.experiment.table.columns import (
    Cell,
    Column,
    Kind,
    cells_of,
    choose_columns,
    find_columns,
    value_in,
)


def row(rev: str, metrics: dict[str, object] | None = None, params: dict[str, object] | None = None) -> Row:
    return Row(
        rev,
        rev,
        Values(
            metrics={file: FileValues(values) for file, values in (metrics or {}).items()},
            params={file: FileValues(values) for file, values in (params or {}).items()},
        ),
    )


def titles(*rows: Row, **options: object) -> list[str]:
    return [column.title for column in choose_columns(rows, **options)]  # type: ignore[arg-type]


def test_metrics_come_before_params_in_the_order_of_files() -> None:
    assert titles(row("a", {"m.json": {"z": 1, "a": 2}}, {"params.yaml": {"lr": 1}})) == ["z", "a", "lr"]


def test_a_key_of_two_files_is_named_with_its_file() -> None:
    assert titles(row("a", {"m.json": {"x": 1}}, {"params.yaml": {"x": 1, "y": 2}})) == [
        "m.json:x",
        "params.yaml:x",
        "y",
    ]


def test_a_key_called_like_a_fixed_column_is_named_with_its_file() -> None:
    assert titles(row("a", {}, {"params.yaml": {"State": 1}})) == ["params.yaml:State"]


def test_a_file_that_is_one_value_is_named_by_the_file() -> None:
    assert titles(row("a", {"five.json": 5})) == ["five.json"]


def test_deps_come_last_by_path() -> None:
    values = Values(params={"p": FileValues({"a": 1})}, deps={"z": Hash("1"), "b": None})
    columns = find_columns([Row("r", None, values)])
    assert [(column.kind, column.title) for column in columns] == [
        (Kind.PARAM, "a"),
        (Kind.DEP, "b"),
        (Kind.DEP, "z"),
    ]
    assert [found.value for found in cells_of(Row("r", None, values), columns)] == [1, None, "1"]


def test_an_unreadable_file_marks_its_cells() -> None:
    good = row("a", {"m.json": {"x": 1}})
    bad = Row("b", "b", Values(metrics={"m.json": FileValues(error=("E", "broken"))}))
    assert cells_of(bad, find_columns([good, bad])) == [Cell(unreadable=True)]


def test_only_changed_leaves_out_what_all_rows_share() -> None:
    rows = [row("a", {"m": {"x": 1, "same": 3}}), row("b", {"m": {"x": 2, "same": 3}})]
    assert titles(*rows, only_changed=True) == ["x"]


def test_drop_matches_from_the_start_and_keep_protects() -> None:
    one = row("a", {}, {"p": {"lr": 1, "train.lr": 2, "lrx": 3}})
    assert titles(one, drop=["lr"]) == ["train.lr"]
    assert titles(one, drop=["lr"], keep=["lrx"]) == ["train.lr", "lrx"]


def test_a_bad_pattern_is_the_users_error() -> None:
    with pytest.raises(ExpError, match="not a regular expression"):
        titles(row("a"), drop=["("])


@pytest.mark.parametrize(
    ("data", "key", "value"),
    [
        ({"a": {"b": {"c": 1}}}, "a.b.c", 1),
        ({"a": {"b": 1}}, "a.b", 1),
        ({"a.b": 1, "a": {"c": 2}}, "a.b", 1),
        ({"a": {"b.c": 3}}, "a.b.c", 3),
        (5, "", 5),
        ({"a": {"b": 1}}, "a", None),
        ({"a": 1}, "", None),
    ],
)
def test_one_value_is_what_flattening_would_give(data: object, key: str, value: object) -> None:
    one = row("a", {"m.json": data})
    column = Column(Kind.METRIC, "m.json", key, key)
    assert value_in(one, column) == value
    assert cells_of(one, [column]) == [Cell(value)]
