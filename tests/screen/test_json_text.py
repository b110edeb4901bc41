"""Documents of ours are JSON for any parser; DVC's layouts are as DVC writes them."""

from __future__ import annotations

import datetime
import json
import math

import pytest

from gitexp.screen.json_text import to_json, to_json_as_dvc

INF = math.inf


def strict(text: str) -> object:
    def refuse(word: str) -> object:
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": math.nan, "b": [INF, (-INF, 1.5)]}, {"a": "NaN", "b": ["Infinity", ["-Infinity", 1.5]]}),
        ({math.nan: 1, INF: 2}, {"NaN": 1, "Infinity": 2}),
        ({"set": {math.inf}, "day": datetime.date(2026, 1, 2)}, {"set": ["Infinity"], "day": "2026-01-02"}),
        (math.nan, "NaN"),
    ],
)
def test_what_is_no_number_is_a_text(data: object, expected: object) -> None:
    assert strict(to_json(data)) == expected


def test_what_has_only_numbers_stays_as_it_is() -> None:
    data = {"a": 0.1, "b": [1, True, None, "NaN"]}
    assert strict(to_json(data)) == data
    assert to_json(data) == to_json_as_dvc(data)


def test_in_dvcs_layout_they_are_bare_words() -> None:
    assert to_json_as_dvc([math.nan, INF, -INF]) == "[NaN, Infinity, -Infinity]"


def test_half_a_character_is_escaped_beside_them() -> None:
    assert to_json({"a": "\ud800", "b": math.nan}) == '{"a": "\\ud800", "b": "NaN"}'
