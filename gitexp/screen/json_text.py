"""Records' values as JSON text: what JSON has no word for (dates, tuples, sets, NaN) becomes one it has."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Mapping
from typing import Literal, TypeAlias

# A number that may be none: in documents of ours it is one of these words, as protobuf writes them.
Real: TypeAlias = float | Literal["NaN", "Infinity", "-Infinity"]


def to_json(data: object) -> str:
    """`data` on one line, for any parser: what is no number is the text "NaN", "Infinity" or "-Infinity"."""
    try:
        return json.dumps(data, default=_plain, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(data), default=_plain, allow_nan=False)


def to_json_as_dvc(data: object) -> str:
    """`data` on one line as DVC writes it: NaN, Infinity and -Infinity are bare words, which are no JSON."""
    return json.dumps(data, default=_plain)


def _finite(data: object) -> object:
    if isinstance(data, float):
        return data if math.isfinite(data) else _word(data)
    if isinstance(data, Mapping):
        return {
            (_finite(key) if isinstance(key, float) else key): _finite(value) for key, value in data.items()
        }
    if isinstance(data, (set, frozenset)):
        return [_finite(value) for value in sorted(data, key=str)]
    return [_finite(value) for value in data] if isinstance(data, (list, tuple)) else data


def _word(number: float) -> str:
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def _plain(value: object) -> object:
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)
