"""Frozen records as JSON and back: for the small files that processes tell each other things by.

Keys that this version does not know are passed over, and fields that a file lacks take their defaults: a
newer or an older gitexp may have written it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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
        return cast("Record", _built(kind, data))
    except (ValueError, TypeError, KeyError) as error:
        raise ExpError(
            f"{where}: it can't be read: {error}", "remove the file; nothing else refers to it."
        ) from error


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no JSON form")


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(cast("Any", kind))}


def _built(kind: Any, data: Any) -> object:
    """`data` as a value of the type `kind`."""
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], value) for name, value in data.items() if name in hints})
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        inner = next(arm for arm in get_args(kind) if arm is not type(None))
        return None if data is None else _built(inner, data)
    if origin is tuple:
        if not isinstance(data, list):
            raise TypeError(f"a list is expected, not {data!r}")
        return tuple(_built(get_args(kind)[0], item) for item in data)
    return _checked(kind, data)


def _checked(kind: Any, data: Any) -> object:
    """A plain value, refused when it is of another type."""
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise TypeError(f"{kind.__name__} is expected, not {data!r}")
    return data
