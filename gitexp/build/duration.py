"""Spans of time as people write them: 90s, 2h, 1h30m, a bare number of seconds."""

from __future__ import annotations

import re

from gitexp.pipeline.stage import Value

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PARTS = re.compile(r"(\d+(?:\.\d+)?)([dhms])")
_WHOLE = re.compile(rf"(?:{_PARTS.pattern})+")


def parse_duration(value: Value) -> float:
    """Seconds. Raises ValueError with words that go after the name of what is wrong."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value).strip().replace(" ", "")
        if re.fullmatch(r"\d+(?:\.\d+)?", text):
            seconds = float(text)
        elif _WHOLE.fullmatch(text):
            seconds = sum(float(number) * _UNITS[unit] for number, unit in _PARTS.findall(text))
        else:
            raise ValueError(f"'{value}' is no span of time such as 90s, 15m or 1h30m")
    if not 0 < seconds < float("inf"):
        raise ValueError(f"'{value}' must be more than nothing, and finite")
    return seconds


def duration_words(seconds: float) -> str:
    """'1h30m', '90s' as '1m30s', '0.5s'."""
    if seconds < 1 or seconds != int(seconds):
        return f"{seconds:g}s"
    words, rest = "", int(seconds)
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, int(size))
        words += f"{count}{unit}" if count else ""
    return words
