"""Frozen records as JSON and back: for the small files that processes tell each other things by.

Keys that this version does not know are passed over, and fields that a file lacks take their defaults: a
newer or an older gitexp may have written it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from gitexp.errors import ExpError

Record = TypeVar("Record")


def dump_record(record: object) -> bytes:
    """A dataclass instance as one line of JSON."""
    data = asdict(cast("Any", record))
    return json.dumps(data, separators=(",", ":"), default=_plain).encode()


def parse_record(kind: type[Record], text: bytes, where: str) -> Record:
    """The record in `text`; an ExpError that names the file `where` when it is damaged."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise TypeError("not an object")
        return cast("Record", _builder(cast("Any", kind))(data))
    except (ValueError, TypeError, KeyError) as error:
        raise ExpError(
            f"{where}: it can't be read: {error}", "remove the file; nothing else refers to it."
        ) from error


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no JSON form")


@cache
def _builder(kind: Any) -> Callable[[Any], object]:
    """What makes a value of the type `kind` out of what JSON has: made once a type, not once a value."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _record_builder(kind)
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = _builder(next(arm for arm in get_args(kind) if arm is not type(None)))
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        item = _builder(get_args(kind)[0])
        return lambda data: tuple([item(each) for each in _checked(list, data)])
    if kind is float:
        return lambda data: float(data) if type(data) is int else _checked(float, data)
    return lambda data: data if type(data) is kind else _checked(kind, data)


def _record_builder(kind: Any) -> Callable[[Any], object]:
    hints = get_type_hints(kind)
    # Looked up when they are needed: a record may hold one of its own kind.
    names = {each.name: hints[each.name] for each in fields(kind)}
    made: dict[str, Callable[[Any], object]] = {}

    def build(data: Any) -> object:
        if not made:
            made.update((name, _builder(hint)) for name, hint in names.items())
        return kind(**{name: made[name](value) for name, value in data.items() if name in made})

    return build


def _checked(kind: Any, data: Any) -> Any:
    """A plain value, refused when it is of another type."""
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise TypeError(f"{kind.__name__} is expected, not {data!r}")
    return data
