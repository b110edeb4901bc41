"""Which experiments of a table are shown, and in which order."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.record import FileValues, Group, Row, Values
from gitexp.experiment.table.row_choice import filter_rows, sort_keys, sort_rows, top_rows
from gitexp.experiment.table.where import parse_where


def row(name: str, metrics: dict[str, object] | None = None, params: dict[str, object] | None = None) -> Row:
    values = Values(
        metrics={file: FileValues(found) for file, found in (metrics or {}).items()},
        params={file: FileValues(found) for file, found in (params or {}).items()},
    )
    return Row(name, name, values)


def sorted_names(by: str, *rows: Row, descending: bool = False) -> list[str | None]:
    (group,) = sort_rows([Group(row("head"), rows)], sort_keys([by], descending))
    return [found.name for found in group.rows]


def test_rows_are_sorted_by_number_and_those_without_come_last() -> None:
    rows = (row("ten", {"m": {"x": 10}}), row("none"), row("nine", {"m": {"x": 9}}))
    assert sorted_names("x", *rows) == ["nine", "ten", "none"]
    assert sorted_names("x", *rows, descending=True) == ["ten", "nine", "none"]


def test_numbers_and_text_in_one_column_can_be_sorted() -> None:
    rows = (row("text", {"m": {"x": "a"}}), row("number", {"m": {"x": 1}}))
    assert sorted_names("x", *rows) == ["number", "text"]


def test_an_ambiguous_sort_column_names_its_files() -> None:
    one = row("a", {"m": {"x": 1}}, {"p": {"x": 2}})
    with pytest.raises(ExpError, match="m:x, p:x"):
        sorted_names("x", one)
    assert sorted_names("p:x", one) == ["a"]


def test_an_unknown_sort_column_names_the_near_ones() -> None:
    with pytest.raises(ExpError) as caught:
        sorted_names("los", row("a", {"m": {"loss": 1}}))
    assert "loss" in (caught.value.hint or "")


def test_several_columns_sort_those_that_are_alike_in_the_first() -> None:
    rows = (
        row("a", {"m": {"x": 2, "y": 1}}),
        row("b", {"m": {"x": 1, "y": 1}}),
        row("c", {"m": {"x": 1, "y": 2}}),
    )
    assert sorted_names("x,y", *rows) == ["b", "c", "a"]
    assert sorted_names("x,-y", *rows) == ["c", "b", "a"]
    assert sorted_names("x,+y", *rows, descending=True) == ["a", "b", "c"]


def test_nan_has_no_place_in_an_order_and_comes_last() -> None:
    rows = (
        row("nan", {"m": {"x": float("nan")}}),
        row("big", {"m": {"x": 10**400}}),
        row("one", {"m": {"x": 1}}),
    )
    assert sorted_names("x", *rows) == ["one", "big", "nan"]
    assert sorted_names("-x", *rows) == ["big", "one", "nan"]


def test_rows_can_be_sorted_by_name() -> None:
    assert sorted_names("Experiment", row("b"), row("a")) == ["a", "b"]


def test_the_top_is_of_all_groups_together_and_leaves_their_heads() -> None:
    groups = [
        Group(row("first"), (row("three", {"m": {"x": 3}}), row("one", {"m": {"x": 1}}))),
        Group(row("second"), (row("two", {"m": {"x": 2}}),)),
        Group(row("third"), (row("four", {"m": {"x": 4}}),)),
    ]
    best = top_rows(groups, 2, sort_keys(["x"], False))
    assert [[one.name for one in group.rows] for group in best] == [["one"], ["two"], []]


def test_a_condition_leaves_the_experiments_of_which_it_is_true() -> None:
    rows = (row("good", {"m": {"x": 1}}), row("bad", {"m": {"x": 3}}), row("none"))
    (group,) = filter_rows([Group(row("head"), rows)], parse_where("x < 2"))
    assert (group.head.name, [one.name for one in group.rows]) == ("head", ["good"])
    (group,) = filter_rows([Group(row("head"), rows)], parse_where('x == none or Experiment == "bad"'))
    assert [one.name for one in group.rows] == ["bad", "none"]


def test_an_unknown_name_in_a_condition_is_pointed_at_with_near_ones() -> None:
    group = Group(row("head"), (row("a", {"m": {"loss": 1}}),))
    with pytest.raises(ExpError) as caught:
        filter_rows([group], parse_where("loss < 1 and los > 2"))
    assert caught.value.message.splitlines()[1:] == ["  loss < 1 and los > 2", "               ^"]
    assert caught.value.hint == "did you mean loss?"


def test_a_key_of_two_files_is_told_apart_by_its_file() -> None:
    group = Group(row("head"), (row("a", {"m.json": {"x": 1}}, {"params.yaml": {"x": 5}}),))
    with pytest.raises(ExpError, match=r"m.json:x, params.yaml:x"):
        filter_rows([group], parse_where("x < 2"))
    assert filter_rows([group], parse_where("m.json:x < 2 and params.yaml:x == 5"))[0].rows
