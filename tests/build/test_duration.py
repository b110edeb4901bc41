"""Spans of time, read and said."""

from __future__ import annotations

import pytest

from gitexp.build.duration import duration_words, parse_duration
from gitexp.pipeline.stage import Value


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90s", 90),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1.5m", 90),
        ("1d 2h", 93600),
        (15, 15),
        ("7", 7),
        (0.5, 0.5),
    ],
)
def test_a_span_is_read_as_seconds(written: Value, seconds: float) -> None:
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "soon", "1x", "h", "-5s", 0, "0s", True, None, float("inf"), [1]])
def test_what_is_no_span_is_refused(written: Value) -> None:
    with pytest.raises(ValueError, match="no span of time|more than nothing"):
        parse_duration(written)


@pytest.mark.parametrize(
    ("seconds", "words"), [(90, "1m30s"), (7200, "2h"), (93600, "1d2h"), (0.25, "0.25s"), (1.5, "1.5s")]
)
def test_a_span_is_said_in_few_words(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
