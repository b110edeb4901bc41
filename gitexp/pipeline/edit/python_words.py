"""Values spelled as Python literals, in the kind and quotes of what they replace."""

from __future__ import annotations

import ast
import json
import math

from gitexp.errors import ExpError
from gitexp.pipeline.edit.python_spots import descend
from gitexp.pipeline.stage import Value


def literal(value: Value, quote: str = '"', old: ast.expr | None = None) -> str:
    """`value` as a literal; a list takes the form (tuple, set, list) of `old`, the literal it replaces.

    Raises ExpError for NaN and dates, which have no literal.
    """
    if isinstance(value, dict):
        pairs = (f"{literal(key, quote)}: {_inner(item, quote, old, key)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return _sequence([_inner(item, quote, old, index) for index, item in enumerate(value)], old)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if quote == '"' else repr(value)
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"  # float("inf") is a call, not a literal
    if value is None or (isinstance(value, (bool, int, float)) and value == value):
        return repr(value)
    raise ExpError(f"Python has no literal for {value}, so it can't go into a params file.")


def _inner(value: Value, quote: str, old: ast.expr | None, key: Value) -> str:
    return literal(value, quote, descend(old, (key,)) if old is not None else None)


def _sequence(items: list[str], old: ast.expr | None) -> str:
    inner = ", ".join(items)
    if isinstance(old, ast.Tuple):
        return f"({inner},)" if len(items) == 1 else f"({inner})"
    if isinstance(old, ast.Set) and items:
        return "{" + inner + "}"
    return f"[{inner}]"
