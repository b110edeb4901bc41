"""What differs between two sets of values."""

from __future__ import annotations

from gitexp.experiment.record import FileValues
from gitexp.experiment.table.compare import Change, compare_files, flatten


def changes(old: object, new: object, everything: bool = False) -> list[tuple[object, ...]]:
    found = compare_files({"f": FileValues(old)}, {"f": FileValues(new)}, everything)
    return [(change.key, change.old, change.new, change.diff) for change in found]


def test_nested_keys_are_joined_by_dots() -> None:
    assert flatten({"a": {"b": {"c": 1}}, "d": 2}) == {"a.b.c": 1, "d": 2}


def test_empty_mappings_vanish_and_lists_are_leaves() -> None:
    assert flatten({"a": {}, "b": [1, {"x": 2}]}) == {"b": [1, {"x": 2}]}


def test_a_bare_value_has_the_empty_key() -> None:
    assert flatten(5) == {"": 5}
    assert flatten(None) == {}


def test_only_what_differs_is_listed() -> None:
    assert changes({"a": 1, "b": 2}, {"a": 1, "b": 5}) == [("b", 2, 5, 3)]


def test_everything_lists_the_unchanged_too() -> None:
    assert changes({"a": 1}, {"a": 1}, everything=True) == [("a", 1, 1, 0)]


def test_a_missing_side_is_none_and_has_no_difference() -> None:
    assert changes({}, {"a": 1}) == [("a", None, 1, None)]
    assert changes({"a": 1}, {}) == [("a", 1, None, None)]


def test_text_has_no_difference_but_booleans_do() -> None:
    assert changes({"a": "x", "b": False}, {"a": "y", "b": True}) == [
        ("a", "x", "y", None),
        ("b", False, True, 1),
    ]


def test_lists_are_compared_as_text() -> None:
    assert changes({"a": [1]}, {"a": [2]}) == [("a", "[1]", "[2]", None)]


def test_one_and_one_point_zero_are_equal() -> None:
    assert changes({"a": 1}, {"a": 1.0}) == []


def test_keys_are_sorted_within_a_file() -> None:
    assert [change[0] for change in changes({}, {"b": 1, "a": 1})] == ["a", "b"]


def test_an_unreadable_file_counts_as_empty() -> None:
    broken = {"f": FileValues(error=("FileNotFoundError", "gone"))}
    assert compare_files(broken, {"f": FileValues({"a": 1})}) == (Change("f", "a", None, 1),)


def test_files_of_one_side_only_are_compared() -> None:
    found = compare_files({"old": FileValues({"a": 1})}, {"new": FileValues({"a": 1})})
    assert [(change.file, change.old, change.new) for change in found] == [("new", None, 1), ("old", 1, None)]
