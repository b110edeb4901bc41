"""The plain scalars of YAML 1.2 as DVC reads them: which unquoted words are numbers, booleans, dates, null.

YAML 1.1, PyYAML's own rule, differs where it hurts: there `1e-3` is text, `yes` is a boolean, `010` is
eight and `12:30` is 750. A params value read that way never equals the one in dvc.lock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from gitexp.pipeline.stage import Value

WORDS: dict[str, Value] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".inf": float("inf"),
    ".Inf": float("inf"),
    ".INF": float("inf"),
    "+.inf": float("inf"),
    "+.Inf": float("inf"),
    "+.INF": float("inf"),
    "-.inf": float("-inf"),
    "-.Inf": float("-inf"),
    "-.INF": float("-inf"),
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
}
NUMBER_STARTS = frozenset("0123456789+-.")

FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+"
    r"|[-+]?\.[0-9_]+(?:[eE][-+][0-9]+)?"
)
INT = re.compile(r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+)")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[Tt]|[ \t]+)([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]*))?"
    r"(?:[ \t]*(Z|([-+])([0-9]{1,2})(?::([0-9]{2}))?))?"
)
# int() refuses longer ones (a guard of Python's own); as text they stay comparable.
_MOST_DIGITS = 4000


def plain(text: str) -> Value:
    """The value of an unquoted scalar: text unless a rule says otherwise."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in NUMBER_STARTS or len(text) > _MOST_DIGITS:
        return text
    if INT.fullmatch(text):
        return _integer(text)
    if FLOAT.fullmatch(text):
        return _float(text)
    if len(text) >= 8 and text[4] == "-":
        return _time(text)
    return text


def _integer(text: str) -> Value:
    digits = text.replace("_", "")
    sign, body = (-1, digits[1:]) if digits[:1] == "-" else (1, digits.removeprefix("+"))
    try:
        if body[:2] in ("0b", "0o", "0x"):
            return sign * int(body, 0)
        return sign * int(body, 10)
    except ValueError:  # only underscores: '_', '0x_'
        return text


def _float(text: str) -> Value:
    try:
        return float(text.replace("_", ""))
    except ValueError:  # '._'
        return text


def _time(text: str) -> Value:
    day = _DATE.fullmatch(text)
    moment = None if day else _TIMESTAMP.fullmatch(text)
    try:
        if day:
            return date(int(day[1]), int(day[2]), int(day[3]))
        return _moment(moment) if moment else text
    except (ValueError, OverflowError):  # no such day, month or hour
        return text


def _moment(match: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(match[i]) for i in range(1, 7))
    micro = int((match[7] or "0")[:6].ljust(6, "0"))
    zone = None
    if match[8] == "Z":
        zone = timezone.utc
    elif match[9]:
        offset = timedelta(hours=int(match[10]), minutes=int(match[11] or 0))
        zone = timezone(-offset if match[9] == "-" else offset)
    return datetime(year, month, day, hour, minute, second, micro, zone)
