"""The JSON of a command as JSON Schema (draft 2020-12), made from the TypedDicts that mypy checks it against.

Objects are closed (`additionalProperties: false`) so that a test of ours fails when a command prints a field
that stands nowhere. A reader should not be as strict: fields may be added.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from gitexp.screen.answer import SCHEMA, Answer, Failed

Schema = dict[str, Any]

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def answer_schema(answer: Answer) -> Schema:
    """What one line of stdout is: of a stream each line, else the one there is."""
    shapes = _Shapes()
    kinds = [*(shapes.top(kind) for kind in answer.kinds), *(shapes.of(kind) for kind in answer.theirs)]
    kinds.append(shapes.top(Failed))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "anyOf": kinds,
        "$defs": shapes.definitions,
    }


def fields_of(kind: Any) -> dict[str, tuple[Any, str | None, bool]]:
    """The fields of a TypedDict: type, what it means where that is said, and whether it is always there."""
    found = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        meaning = None
        if get_origin(hint) is Annotated:
            hint, meaning = get_args(hint)[:2]
        found[name] = (hint, meaning, name in kind.__required_keys__)
    return found


def meaning_of(kind: Any) -> str | None:
    """The first line of the object's docstring."""
    told = inspect.cleandoc(kind.__doc__ or "")
    return told.splitlines()[0] if told and not told.startswith("dict(") else None


class _Shapes:
    """Collects the definitions of the objects that a schema names."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}

    def top(self, kind: object) -> Schema:
        """An object that stands on a line of its own: with the version."""
        name = f"{_name(kind)}Line"
        if name not in self.definitions:
            self.definitions[name] = self._object(kind, {"schema": {"const": SCHEMA}})
        return {"$ref": f"#/$defs/{name}"}

    def of(self, kind: Any) -> Schema:
        if kind is Any or kind is object:
            return {}
        if kind in _PLAIN:
            return {"type": _PLAIN[kind]}
        if is_typeddict(kind):
            if _name(kind) not in self.definitions:
                self.definitions[_name(kind)] = {}  # it may hold itself
                self.definitions[_name(kind)] = self._object(kind, {})
            return {"$ref": f"#/$defs/{_name(kind)}"}
        return self._composed(kind)

    def _composed(self, kind: Any) -> Schema:
        origin, inner = get_origin(kind), get_args(kind)
        if origin is Literal:
            return {"enum": list(inner)}
        if origin in (Union, UnionType):
            return {"anyOf": [self.of(each) for each in inner]}
        if origin in (list, tuple):
            return {"type": "array", "items": self.of(inner[0])}
        if origin in (dict, Mapping):
            return {"type": "object", "additionalProperties": self.of(inner[1])}
        raise TypeError(f"{kind!r} is not for JSON answers")

    def _object(self, kind: object, first: Schema) -> Schema:
        fields = fields_of(kind)
        properties = dict(first)
        for name, (hint, meaning, _) in fields.items():
            properties[name] = {**self.of(hint), **({"description": meaning} if meaning else {})}
        told = meaning_of(kind)
        return {
            **({"description": told} if told else {}),
            "type": "object",
            "properties": properties,
            "required": [*first, *(name for name, (_, _, always) in fields.items() if always)],
            "additionalProperties": False,
        }


def _name(kind: Any) -> str:
    name: str = kind.__name__
    return name
