"""The plain part of Hydra's override grammar, read without loading Hydra.

`lr=0.1`, `name=adam`, `layers=[64,64]`, `lr=0.1,0.2` are nearly all that people type, and Hydra's parser
costs 150 ms to import. What is read here reads the same there (a test compares the two on thousands of
texts); whatever is not plainly of this form is left to Hydra.
"""

from __future__ import annotations

import re
from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value


class OverrideKind(Enum):
    """What an override does with its key; the value is how it is typed."""

    SET = ""  # change what is there
    ADD = "+"  # add what is not there
    FORCE = "++"  # add or change
    DELETE = "~"


@dataclass(frozen=True, slots=True)
class Reading:
    """One override, understood. `choices` are a sweep's values as texts, each to be typed again."""

    kind: OverrideKind
    key: str
    value: Value = None
    has_value: bool = True  # False for `~key`
    choices: tuple[str, ...] | None = None


_ID = r"[A-Za-z_][A-Za-z0-9_-]*"
_INDEX = r"(?:0|[1-9][0-9]*)"
_OVERRIDE = re.compile(rf"(\+\+?|~|)({_ID}(?:\.(?:{_ID}|{_INDEX}))*)(?:=(.*))?", re.DOTALL)
_UNSIGNED = r"(?:0|[1-9](?:_?[0-9])*)"
_POINT = rf"(?:{_UNSIGNED}\.|{_UNSIGNED}?\.[0-9](?:_?[0-9])*)"
_EXPONENT = rf"(?:{_UNSIGNED}|{_POINT})[eE][+-]?[0-9](?:_?[0-9])*"
_INT = re.compile(rf"[+-]?{_UNSIGNED}")
_FLOAT = re.compile(rf"[+-]?(?:{_EXPONENT}|{_POINT}|[Ii][Nn][Ff]|[Nn][Aa][Nn])")
_WORDS = re.compile(r"[A-Za-z0-9_/+.%*@?|:-]+(?: +[A-Za-z0-9_/+.%*@?|-]+)*")
_QUOTED = re.compile(r"'([^'\\$]*)'|\"([^\"\\$]*)\"", re.DOTALL)
_NAMED: dict[str, Value] = {"true": True, "false": False, "null": None}


class NotPlain(Exception):
    """This text needs the whole grammar."""


def read_plain(text: str) -> Reading:
    """The override in `text`. Raises NotPlain when only Hydra can tell what it means."""
    match = _OVERRIDE.fullmatch(text)
    if match is None:
        raise NotPlain(text)
    kind, key, value = OverrideKind(match[1]), match[2], match[3]
    if value is None:
        if kind is not OverrideKind.DELETE:
            raise NotPlain(text)
        return Reading(kind, key, has_value=False)
    if value == "":
        return Reading(kind, key, "")
    if value.startswith("["):
        return Reading(kind, key, _list(value))
    if "," in value and value[0] not in "'\"":
        choices = tuple(item.strip(" ") for item in value.split(","))
        for choice in choices:
            plain_value(choice)
        return Reading(kind, key, choices=choices)
    return Reading(kind, key, plain_value(value))


def plain_value(text: str) -> Value:
    """A number, word or quoted text. Raises NotPlain for anything else."""
    quoted = _QUOTED.fullmatch(text)
    if quoted:
        return quoted[1] if quoted[2] is None else quoted[2]
    if not _WORDS.fullmatch(text):
        raise NotPlain(text)
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return _NAMED.get(text.lower(), text)


def _list(text: str) -> list[Value]:
    inner = text.removeprefix("[").removesuffix("]").strip(" ")
    if not text.endswith("]"):
        raise NotPlain(text)
    return [plain_value(item.strip(" ")) for item in inner.split(",")] if inner else []
