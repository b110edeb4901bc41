"""Numbers under each other, so that a glance tells the larger one: their decimal points in one column."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gitexp.content import Value

_WHOLE = re.compile(r"-?[0-9]+")


def is_a_number(value: Value) -> bool:
    """Whether a value takes part in a column of numbers; true and false do not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def decimals(texts: Sequence[str]) -> list[str]:
    """The texts, each with as much before it as brings its point under the others'. What has no point ends
    where the others' points are; what is no number begins where units stand."""
    heads = list(map(point_of, texts))
    most = max(heads, default=0)
    return [" " * (most - head) + text for head, text in zip(heads, texts, strict=True)]


def point_of(text: str) -> int:
    """How many characters stand before the point, or before the place where it would be."""
    whole = _WHOLE.match(text)
    return whole.end() if whole else 1
