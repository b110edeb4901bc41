"""Records' values as JSON text: what JSON has no word for (dates, tuples, sets) becomes one it has."""

from __future__ import annotations

import datetime
import json


def to_json(data: object) -> str:
    """`data` on one line. NaN and Infinity stay bare words, as DVC writes them."""
    return json.dumps(data, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    return str(value)
