"""Conditions on experiments: `val.loss < 0.2 and train.arch == "resnet"`, read into records, never evaluated
as code.

    condition  = both ("or" both)*
    both       = single ("and" single)*
    single     = "not" single | "(" condition ")" | operand [sign operand | ["not"] "in" "(" value, … ")"]
    sign       = == != < <= > >= ~
    operand    = name | number | "text" | true | false | none | nan | inf

`~` is true when the text on the left contains the one on the right, in whatever case. A name alone is true
when it has a value other than false, 0 and ''. What a row does not have compares with nothing: only
`x == none` is true of it, and `not` of what is false. Text and numbers are never equal and have no order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gitexp.dataclass import dataclass
from gitexp.experiment.table.where_words import LOGIC, Literal, What, Word, read_words, wrong
from gitexp.pipeline.stage import Value

Look = Callable[["Name"], Value]  # what a row has under a name; None: nothing

DEEPEST: Final = 60  # parentheses and `not`s within each other
LONGEST: Final = 10_000  # characters
_SIGNS: Final = ("==", "!=", "<", "<=", ">", ">=", "~")


@dataclass(frozen=True, slots=True)
class Name:
    """A metric or param: `key`, or `file:key`. `at` is where it stands in the expression."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    value: Literal


Operand = Name | Constant


@dataclass(frozen=True, slots=True)
class Compare:
    left: Operand
    sign: str
    right: Operand


@dataclass(frozen=True, slots=True)
class OneOf:
    left: Operand
    choices: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Truth:
    """An operand alone."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


Condition = Compare | OneOf | Truth | Not | Every | Some


@dataclass(frozen=True, slots=True)
class Where:
    """A condition with the text it came from, for errors that point into it."""

    text: str
    condition: Condition

    def names(self) -> tuple[Name, ...]:
        """Every name in it, each once, in the order of the text."""
        return tuple({name.text: name for name in _names(self.condition)}.values())


def parse_where(text: str) -> Where:
    """Read an expression. Raises ExpError that points at what can't be read."""
    if len(text) > LONGEST:
        raise wrong(text[:40] + "…", 0, f"an expression of more than {LONGEST:,} characters")
    return Where(text, _Parser(text).whole())


class _Parser:
    """Recursive descent over the words, one word of look-ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: Sequence[Word] = tuple(read_words(text))
        self._at = 0
        self._depth = 0

    def whole(self) -> Condition:
        found = self._either()
        if self._next.what is not What.END:
            raise self._unexpected("`and`, `or` or the end")
        return found

    @property
    def _next(self) -> Word:
        return self._words[self._at]

    def _take(self, *signs: str) -> str | None:
        word = self._next
        if word.what is not What.SIGN or word.text not in signs:
            return None
        self._at += 1
        return word.text

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._single()]
        while self._take("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _single(self) -> Condition:
        self._depth += 1
        if self._depth > DEEPEST:
            raise wrong(self._text, self._next.at, f"more than {DEEPEST} levels of parentheses")
        try:
            if self._take("not"):
                return Not(self._single())
            return self._in_parentheses() if self._take("(") else self._comparison()
        finally:
            self._depth -= 1

    def _in_parentheses(self) -> Condition:
        inner = self._either()
        if not self._take(")"):
            raise self._unexpected("`)`")
        return inner

    def _comparison(self) -> Condition:
        left = self._operand()
        sign = self._take(*_SIGNS)
        if sign is not None:
            return Compare(left, sign, self._operand())
        if self._take("in"):
            return OneOf(left, self._choices())
        if self._take("not"):
            if not self._take("in"):
                raise self._unexpected("`in`")
            return Not(OneOf(left, self._choices()))
        if isinstance(left, Constant) and not isinstance(left.value, bool):
            raise self._unexpected("a comparison")
        return Truth(left)

    def _choices(self) -> tuple[Constant, ...]:
        if not self._take("("):
            raise self._unexpected("`(`")
        found: list[Constant] = []
        while not found or self._take(","):
            word = self._next
            if word.what is not What.VALUE:
                raise self._unexpected("a number or a quoted text")
            self._at += 1
            found.append(Constant(word.value))
        if not self._take(")"):
            raise self._unexpected("`,` or `)`")
        return tuple(found)

    def _operand(self) -> Operand:
        word = self._next
        if word.what is What.NAME:
            self._at += 1
            return Name(word.text, word.at)
        if word.what is What.VALUE:
            self._at += 1
            return Constant(word.value)
        raise self._unexpected("a name or a value")

    def _unexpected(self, wanted: str) -> Exception:
        word = self._next
        found = "the expression ends" if word.what is What.END else f"'{word.text}' stands"
        hint = f"a name that is called {word.text} stands in `backquotes`." if word.text in LOGIC else None
        return wrong(self._text, word.at, f"{wanted} is wanted where {found}", hint)


def holds(condition: Condition, look: Look) -> bool:
    """Whether a condition is true of the row that `look` looks into."""
    match condition:
        case Every(parts):
            return all(holds(part, look) for part in parts)
        case Some(parts):
            return any(holds(part, look) for part in parts)
        case Not(inner):
            return not holds(inner, look)
        case Truth(operand):
            return bool(_value(operand, look))
        case OneOf(left, choices):
            found = _value(left, look)
            return any(_equal(found, choice.value) for choice in choices)
        case Compare(left, sign, right):
            return _compare(sign, _value(left, look), _value(right, look), _asks_for_none(left, right))


def _value(operand: Operand, look: Look) -> Value:
    return operand.value if isinstance(operand, Constant) else look(operand)


def _asks_for_none(*operands: Operand) -> bool:
    return any(isinstance(one, Constant) and one.value is None for one in operands)


def _compare(sign: str, left: Value, right: Value, with_none: bool) -> bool:
    if sign in ("==", "!=") and with_none:
        return (left is right) is (sign == "==")
    if left is None or right is None:
        return False
    if sign == "==":
        return _equal(left, right)
    if sign == "!=":
        return not _equal(left, right)
    if sign == "~":
        return str(right).lower() in str(left).lower()
    return _in_order(sign, left, right)


def _equal(left: Value, right: Value) -> bool:
    if _is_number(left) and _is_number(right):
        return bool(left == right or (left != left and right != right))  # nan == nan: people look for it
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if _is_number(left) or _is_number(right) or left is None or right is None:
        return left is right
    return str(left) == str(right)


def _in_order(sign: str, left: Value, right: Value) -> bool:
    if _is_number(left) is not _is_number(right):
        return False
    first, second = (left, right) if _is_number(left) else (str(left), str(right))
    if sign == "<":
        return bool(first < second)
    if sign == "<=":
        return bool(first <= second)
    return bool(first > second) if sign == ">" else bool(first >= second)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _names(condition: Condition) -> Iterator[Name]:
    match condition:
        case Every(parts) | Some(parts):
            for part in parts:
                yield from _names(part)
        case Not(inner):
            yield from _names(inner)
        case Truth(operand) | OneOf(operand, _):
            yield from _only_names(operand)
        case Compare(left, _, right):
            yield from _only_names(left, right)


def _only_names(*operands: Operand) -> Iterator[Name]:
    for operand in operands:
        if isinstance(operand, Name):
            yield operand
