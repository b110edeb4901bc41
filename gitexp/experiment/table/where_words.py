"""The words of a `--where` expression: names, numbers, text, comparisons, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError

Literal = int | float | str | bool | None

CONSTANTS: Final[dict[str, Literal]] = {
    "true": True,
    "false": False,
    "none": None,
    "null": None,
    "nan": float("nan"),
    "inf": float("inf"),
}
LOGIC: Final = ("and", "or", "not", "in")

_WORD: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    |(?P<minus_inf>-inf\b)
    |(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<quoted>`[^`]+`)
    |(?P<name>[^\W\d](?:[\w./:@+]|-(?=\w))*)
    |(?P<sign>==|!=|<=|>=|<|>|~|\(|\)|,)""",
    re.VERBOSE,
)


class What(Enum):
    """The kinds of words."""

    NAME = "a name"
    VALUE = "a value"
    SIGN = "a sign"  # comparisons, parentheses, commas, and the words of LOGIC
    END = "the end"


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `at` counts characters from 0; `value` is set for VALUE only."""

    what: What
    text: str
    at: int
    value: Literal = None


def wrong(expression: str, at: int, message: str, hint: str | None = None) -> ExpError:
    """An error that shows the expression with a caret under the place."""
    return ExpError(
        f"--where: {message} at character {at + 1}:\n  {expression}\n  {' ' * at}^", hint, Exit.USAGE
    )


def read_words(expression: str) -> Iterator[Word]:
    """The words, then an END. Raises ExpError for a character that begins no word."""
    at = 0
    while at < len(expression):
        found = _WORD.match(expression, at)
        if found is None:
            raise _unreadable(expression, at)
        if found.lastgroup != "space":
            yield _word(str(found.lastgroup), found[0], at)
        at = found.end()
    yield Word(What.END, "", len(expression))


def _unreadable(expression: str, at: int) -> ExpError:
    sign = expression[at]
    if sign == "=":
        return wrong(expression, at, "a single '='", "equality is `==`.")
    if sign in "\"'`":
        return wrong(expression, at, f"no closing {sign} for what begins")
    if expression[at] in "&|":
        return wrong(expression, at, f"'{sign}' means nothing", "write `and`, `or`.")
    hint = "a name with other characters than letters, digits and ._-/:@ stands in `backquotes`."
    return wrong(expression, at, f"can't read '{sign}'", hint)


def _word(kind: str, text: str, at: int) -> Word:
    if kind == "number":
        return Word(What.VALUE, text, at, _number(text))
    if kind == "minus_inf":
        return Word(What.VALUE, text, at, float("-inf"))
    if kind == "text":
        return Word(What.VALUE, text, at, re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL))
    if kind == "quoted":
        return Word(What.NAME, text[1:-1], at)
    if kind == "name" and text.lower() in CONSTANTS:
        return Word(What.VALUE, text, at, CONSTANTS[text.lower()])
    if kind == "name" and text.lower() not in LOGIC:
        return Word(What.NAME, text, at)
    return Word(What.SIGN, text.lower(), at)


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("+-").isdecimal() else float(text)
