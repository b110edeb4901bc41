"""Values as one cell of a table."""

from __future__ import annotations

import pytest

from gitexp.screen.cells import cell, fit, one_line, short_time, signed, width


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.123456789, "0.12346"),
        (1e-10, "1e-10"),
        (123456789, "123456789"),
        (True, "True"),
        (None, "-"),
        ("text", "text"),
        ([1, 0.123456789, "a"], "[1, 0.12346, 'a']"),
        ({"a": 1.5}, "{'a': 1.5}"),
        (float("nan"), "nan"),
    ],
)
def test_a_value_as_text(value: object, text: str) -> None:
    assert cell(value) == text


def test_without_precision_floats_stay_whole() -> None:
    assert cell(0.1 + 0.2, None) == "0.30000000000000004"


def test_control_characters_are_written_out_on_one_line() -> None:
    assert one_line("a\x1b[31m\nb\tc\r") == "a\\x1b[31m\\nb\\tc\\r"


def test_a_change_has_a_sign() -> None:
    assert [signed(0.5), signed(-2), signed(0), signed(None)] == ["+0.5", "-2", "=", ""]


def test_wide_and_combining_characters_are_measured() -> None:
    assert [width("abc"), width("日本"), width("e\u0301"), width("├── é")] == [3, 4, 1, 5]


def test_text_is_cut_with_an_ellipsis() -> None:
    assert [fit("abcdef", 4), fit("abc", 3), fit("日本語", 4), fit("abc", 0)] == ["abc…", "abc", "日…", ""]


def test_times_read_as_people_say_them() -> None:
    assert [short_time(t) for t in (0.04, 9.96, 59.4, 61, 3700)] == [
        "0.0 s",
        "10 s",
        "59 s",
        "1 min 01 s",
        "1 h 01 min",
    ]
