"""Numbers under each other."""

from __future__ import annotations

from gitexp.screen.decimals import decimals, is_a_number


def test_points_stand_in_one_column_and_whole_numbers_end_there() -> None:
    assert decimals(["0.75*", "12.5", "-3", "100", "1e-05", "9.1e-05", "-", "nan"]) == [
        "  0.75*",
        " 12.5",
        " -3",
        "100",
        "  1e-05",
        "  9.1e-05",
        "  -",
        "  nan",
    ]
    assert decimals([]) == []


def test_truth_values_and_texts_are_no_numbers() -> None:
    assert [is_a_number(value) for value in (1, 0.5, True, "1", None, [1])] == [True, True, *[False] * 4]
