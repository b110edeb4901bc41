"""Values spelled for a YAML params file, on one line or in block style.

Unlike a lock file, params are read by the users' own programs too, most of them with PyYAML and its
YAML 1.1. So what is text in one version and not in the other is quoted, a float has its dot (`1.0e-05`; as
`1e-05` it is text for PyYAML) and null is a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from gitexp.pipeline.scalars import plain
from gitexp.pipeline.stage import Value

_PLAIN = re.compile(r"(?:\.{0,2}/)?_?[^\W\d_][\w/.@%+=-]*(?:[: ][\w/.@%+=-]+)*")
_OLD_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def inline(value: Value, quote: str = "") -> str:
    """`value` on one line: scalars, `[a, b]`, `{a: 1}`. Text is quoted with `quote`, or when it must be."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(key)}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    if isinstance(value, str):
        return _text(value, quote)
    if isinstance(value, float):
        return _float(value)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value)


def block(value: Value, indent: str) -> list[str]:
    """`value` in block style, dashes under their key, one text per line."""
    if isinstance(value, dict) and value:
        return [line for key, item in value.items() for line in pair(key, item, indent)]
    if isinstance(value, list) and value:
        return [line for item in value for line in element(item, indent)]
    return [f"{indent}{inline(value)}"]


def pair(key: Value, value: Value, indent: str) -> list[str]:
    """`key: value`, the value of a collection on the lines below."""
    if isinstance(value, (dict, list)) and value:
        return [
            f"{indent}{inline(key)}:",
            *block(value, indent if isinstance(value, list) else f"{indent}  "),
        ]
    return [f"{indent}{inline(key)}: {inline(value)}"]


def element(value: Value, indent: str) -> list[str]:
    """`- value`, a collection beginning on the line of the dash."""
    first, *others = block(value, f"{indent}  ")
    return [f"{indent}- {first.lstrip(' ')}", *others]


def _text(text: str, quote: str) -> str:
    if quote == '"' or not text.isprintable():
        return "".join(_escaped(json.dumps(text, ensure_ascii=False)))
    if quote == "'" or not _is_plain(text):
        return "'" + text.replace("'", "''") + "'"
    return text


def _is_plain(text: str) -> bool:
    """Whether the bare word is this text for YAML 1.1 and 1.2, inside brackets too."""
    is_word = text.lower() not in _OLD_WORDS and isinstance(plain(text), str)
    return is_word and _PLAIN.fullmatch(text) is not None


def _escaped(quoted: str) -> Iterator[str]:
    """The characters of a JSON string as YAML takes them: no surrogate pairs, nothing invisible."""
    for character in quoted:
        yield character if character.isprintable() else f"\\U{ord(character):08x}"


def _float(number: float) -> str:
    if number != number:
        return ".nan"
    if number in (float("inf"), float("-inf")):
        return ".inf" if number > 0 else "-.inf"
    text = repr(number)
    return text if "." in text else text.replace("e", ".0e")
