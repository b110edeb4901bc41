"""Shapes that manifests must have, and the first place where one does not.

A shape says what it expects in the user's words; `problem` finds the first misfit. No file names or lines
here: `gitexp.pipeline.manifest` turns a Problem into an error with its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from gitexp.dataclass import dataclass
from gitexp.errors import near
from gitexp.pipeline.stage import Value

Keys = tuple[Value, ...]  # the way from the document down to a value: names and list indexes


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at `keys`; `message` reads on from 'stage 'x': '."""

    keys: Keys
    message: str
    hint: str | None = None


class Shape(Protocol):
    @property
    def words(self) -> str: ...

    def fits(self, value: Value) -> bool:
        """Whether the value's own type is right, whatever it contains."""
        ...

    def problem(self, value: Value, keys: Keys) -> Problem | None: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A scalar of some type."""

    words: str
    types: tuple[type, ...]

    def fits(self, value: Value) -> bool:
        return isinstance(value, self.types)

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        return None if isinstance(value, self.types) else mismatch(self.words, value, keys)


@dataclass(frozen=True, slots=True)
class Anything:
    words: str = "anything"

    def fits(self, value: Value) -> bool:
        return True

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        return None


@dataclass(frozen=True, slots=True)
class ListOf:
    item: Shape
    words: str = "a list"

    def fits(self, value: Value) -> bool:
        return isinstance(value, list)

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        if not isinstance(value, list):
            return mismatch(f"{self.words} of {self.item.words}", value, keys)
        for index, item in enumerate(value):
            found = self.item.problem(item, (*keys, index))
            if found is not None:
                return found
        return None


@dataclass(frozen=True, slots=True)
class MapOf:
    """A mapping with names of the user's own choice."""

    value: Shape
    words: str = "a mapping"
    single: bool = False  # exactly one key

    def fits(self, value: Value) -> bool:
        return isinstance(value, dict)

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        if not isinstance(value, dict):
            return mismatch(self.words, value, keys)
        if self.single and len(value) > 1:
            return Problem(keys, f"expected one key, got {len(value)}: {', '.join(map(str, value))}")
        for name, item in value.items():
            if not isinstance(name, str):
                return Problem((*keys, name), f"the key {name} must be text: quote it", None)
            found = self.value.problem(item, (*keys, name))
            if found is not None:
                return found
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys are ours."""

    fields: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    words: str = "a mapping"
    gone: Mapping[str, str] = field(default_factory=dict)  # keys of older versions -> what to do

    def fits(self, value: Value) -> bool:
        return isinstance(value, dict)

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        if not isinstance(value, dict):
            return mismatch(self.words, value, keys)
        for name, item in value.items():
            shape = self.fields.get(name) if isinstance(name, str) else None
            if shape is None:
                return self._unknown(name, keys)
            found = shape.problem(item, (*keys, name))
            if found is not None:
                return found
        for name in self.required:
            if name not in value:
                return Problem(keys, f"the key '{name}' is missing")
        return None

    def _unknown(self, name: Value, keys: Keys) -> Problem:
        known = list(self.fields)
        close = near(name, known, limit=1) if isinstance(name, str) else []
        advice = f"; did you mean '{close[0]}'?" if close else ""
        hint = self.gone.get(name) if isinstance(name, str) else None
        if not advice and hint is None:
            hint = f"the keys here are {', '.join(known)}."
        return Problem((*keys, name), f"unknown key '{name}'{advice}", hint)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of several shapes that differ in type, so that the first that fits is the one meant."""

    shapes: tuple[Shape, ...]

    @property
    def words(self) -> str:
        return " or ".join(dict.fromkeys(shape.words for shape in self.shapes))

    def fits(self, value: Value) -> bool:
        return any(shape.fits(value) for shape in self.shapes)

    def problem(self, value: Value, keys: Keys) -> Problem | None:
        for shape in self.shapes:
            if shape.fits(value):
                return shape.problem(value, keys)
        return mismatch(self.words, value, keys)


def mismatch(expected: str, value: Value, keys: Keys) -> Problem:
    name = next((key for key in reversed(keys) if isinstance(key, str)), None)
    subject = f"'{name}': " if name is not None else ""
    hint = None
    if isinstance(value, str) and "${" in value:
        hint = "${…} can't stand here: types are checked before templates are resolved."
    return Problem(keys, f"{subject}expected {expected}, got {described(value)}", hint)


def described(value: Value) -> str:
    """A value in the user's words, short: `true`, `the number 5`, `a list`, `nothing`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= 40 else value[:37] + '…'}'"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return f"a {type(value).__name__}"


TEXT = Kind("text", (str,))
FLAG = Kind("true or false", (bool,))
NUMBER = Kind("a whole number", (int,))
NOTHING = Kind("nothing", (type(None),))
MAPPING = Kind("a mapping", (dict,))  # whatever its keys and values
LIST = Kind("a list", (list,))
ANYTHING = Anything()
