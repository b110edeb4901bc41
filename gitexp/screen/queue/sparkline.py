"""A few numbers as a line of little bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.-=+*#@"


def sparkline(values: Sequence[float], room: int, unicode: bool = True) -> str:
    """The last `room` values between their lowest and highest; '' for fewer than two; '?' is no number."""
    shown = values[-room:]
    finite = [value for value in shown if math.isfinite(value)]
    if len(shown) < 2 or not finite:
        return ""
    bars = _BARS if unicode else _ASCII_BARS
    low, high = min(finite), max(finite)
    step = (high - low) / (len(bars) - 1) or 1.0
    return "".join(bars[round((value - low) / step)] if math.isfinite(value) else "?" for value in shown)
