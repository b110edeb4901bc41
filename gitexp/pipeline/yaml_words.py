"""Values spelled for the middle of a YAML line, where folding and block style have no place."""

from __future__ import annotations

import json
import re

from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml

_PLAIN = re.compile(r"[A-Za-z_/.][\w/.@%+=-]*(?::?(?: ?[\w/.@%+=-]+))*", re.ASCII)


def inline(value: Value, quote: str = "") -> str:
    """`value` on one line: scalars, `[a, b]`, `{a: 1}`. Text is quoted with `quote`, or when it must be."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, str):
        return _text(value, quote)
    return dump_yaml(value).decode().rstrip("\n")


def _text(text: str, quote: str) -> str:
    if quote == '"' or not text.isprintable():
        return json.dumps(text, ensure_ascii=not text.isprintable())
    if quote == "'" or not _is_plain(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _is_plain(text: str) -> bool:
    """Whether the bare word is this text for YAML 1.1 and 1.2, inside brackets too."""
    return bool(_PLAIN.fullmatch(text)) and (len(text) > 60 or dump_yaml(text) == f"{text}\n".encode())


def block(value: Value, indent: str) -> list[str]:
    """`value` in block style, one text per line."""
    return [indent + line if line else "" for line in dump_yaml(value).decode().splitlines()]
