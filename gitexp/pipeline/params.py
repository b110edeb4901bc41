"""Params files as values: parse by suffix, pick by dotted key, flatten.

A params file is YAML, JSON, TOML or Python (formats.md 6.1); a suffix that says nothing means YAML.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

from gitexp import deferred
from gitexp.errors import ExpError
from gitexp.pipeline.python_values import parse_python
from gitexp.pipeline.source import Files
from gitexp.pipeline.stage import ParamDep, Value
from gitexp.pipeline.yaml import parse_yaml

DEFAULT_FILE = "params.yaml"


class Missing(Enum):
    """What `pick` gives when there is no such key: None is a value of its own."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


_MOST_DIGITS = 4000  # of a whole number; Python writes none of more than 4,300
_LONG_NUMBER = re.compile(rb"[0-9A-Fa-f_]{3000}")


class Format(Enum):
    YAML = "yaml"
    JSON = "json"
    TOML = "toml"
    PYTHON = "python"


_BY_SUFFIX = {".json": Format.JSON, ".toml": Format.TOML, ".py": Format.PYTHON}


@lru_cache(maxsize=256)
def format_of(path: str) -> Format:
    """How a params (or metrics) file is written, by its suffix in any case."""
    return _BY_SUFFIX.get(PurePosixPath(path).suffix.lower(), Format.YAML)


def parse_params(path: str, data: bytes) -> Value:
    """The values in `data`; an empty file is an empty dict.

    Raises ExpError with file, line and column when it can't be parsed, or holds what nothing can show.
    """
    try:
        values = _parse(path, data)
    except (RecursionError, MemoryError) as error:
        raise ExpError(f"{path}: nested too deep.") from error
    except ValueError as error:  # an integer too long for Python to read
        raise ExpError(f"{path}: {error}.") from error
    if _LONG_NUMBER.search(data) and _is_beyond(values):
        raise ExpError(f"{path}: a whole number of more than {_MOST_DIGITS} digits.")
    return values


def _parse(path: str, data: bytes) -> Value:
    form = format_of(path)
    if form is Format.PYTHON:
        return parse_python(data, path)
    if form is Format.JSON:
        return _parse_json(path, data)
    if form is Format.TOML:
        return _parse_toml(path, data)
    values = parse_yaml(data, path)
    return {} if values is None else values


def _is_beyond(values: Value) -> bool:
    """Whether there is a number in it that Python refuses to write, as `0x` and 4,000 digits make one."""
    if isinstance(values, dict):
        return any(map(_is_beyond, [*values, *values.values()]))
    if isinstance(values, (list, tuple, set)):
        return any(map(_is_beyond, values))
    return isinstance(values, int) and abs(values) >= 10**_MOST_DIGITS


def pick(values: Value, dotted: str) -> Value | Missing:
    """The value at a dotted key, list elements by index (`layers.0`); MISSING when there is none.

    A key that has a dot itself can't be named. Keys that are no strings go by their text.
    """
    for key in dotted.split("."):
        if isinstance(values, Mapping):
            values = _member(values, key)
        elif isinstance(values, (list, tuple)) and key.isascii() and key.isdigit() and int(key) < len(values):
            values = values[int(key)]
        else:
            return MISSING
        if values is MISSING:
            return MISSING
    return values


def param_values(dep: ParamDep, files: Files) -> dict[str, Value]:
    """The values that `dep` names, dotted key -> value, as dvc.lock records them.

    A key or file that is not there is absent. For a whole file: its top-level keys.
    Raises ExpError when the file can't be read as params.
    """
    kind = files.kind(dep.path)
    if kind == "dir":
        raise ExpError(f"'{dep.path}' is a directory, but a stage names it as a params file.")
    data = files.read(dep.path) if kind == "file" else None
    if data is None:
        return {}
    return picked(parse_params(dep.path, data), dep)


def picked(values: Value, dep: ParamDep) -> dict[str, Value]:
    """Like `param_values`, for a file that was parsed already."""
    if not isinstance(values, Mapping):
        raise ExpError(
            f"{dep.path}: params must be `name: value` pairs, but the file holds a {type(values).__name__}."
        )
    if dep.keys is None:
        return dict(values)
    found = {key: pick(values, key) for key in dep.keys}
    return {key: value for key, value in found.items() if value is not MISSING}


def flatten(values: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
    """Nested dicts as dotted keys; a list is one value; an empty dict vanishes."""
    flat: dict[str, Value] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(flatten(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _member(values: Mapping[Value, Value], key: str) -> Value | Missing:
    if key in values:
        return values[key]
    return next((value for other, value in values.items() if str(other) == key), MISSING)


def _parse_json(path: str, data: bytes) -> Value:
    if not data.strip():
        return {}
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ExpError(f"{path}: not UTF-8 text: {error}.") from error
    except json.JSONDecodeError as error:
        raise ExpError(f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}.") from error


def _parse_toml(path: str, data: bytes) -> Value:
    # tomli is tomllib from before it entered the standard library.
    toml = deferred.module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        return toml.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ExpError(f"{path}: not UTF-8 text: {error}.") from error
    except toml.TOMLDecodeError as error:
        raise ExpError(f"{path}: not valid TOML: {error}.") from error
