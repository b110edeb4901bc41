"""Params files as values, by suffix; dotted keys; what dvc.lock records."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.params import MISSING, flatten, param_values, parse_params, pick
from gitexp.pipeline.stage import ParamDep


@dataclass
class MemoryFiles:
    """Files in a dict; a path that others lie under is a directory."""

    files: Mapping[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def kind(self, path: str) -> str | None:
        if path in self.files:
            return "file"
        return "dir" if any(name.startswith(f"{path}/") for name in self.files) else None

    def listdir(self, path: str) -> list[str]:
        return sorted(self.files)

    def manifests(self) -> list[str]:
        return []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("params.yaml", "a: {b: 1}\n"),
        ("PARAMS.YML", "a:\n  b: 1\n"),
        ("conf", "a: {b: 1}"),
        ("p.json", '{"a": {"b": 1}}'),
        ("p.JSON", '\ufeff{"a": {"b": 1}}'),
        ("p.toml", "[a]\nb = 1\n"),
        ("p.py", "class a:\n    b = 1\n"),
    ],
)
def test_the_suffix_says_how_a_file_is_written(path: str, text: str) -> None:
    assert parse_params(path, text.encode()) == {"a": {"b": 1}}


@pytest.mark.parametrize("path", ["p.yaml", "p.json", "p.toml", "p.py"])
def test_an_empty_file_is_an_empty_dict(path: str) -> None:
    assert parse_params(path, b"") == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("yes", "yes"),
        ("on", "on"),
        ("010", 10),
        ("12:30", "12:30"),
        ("1_000", 1000),
        ("~", None),
        ("'7'", "7"),
        ("2024-01-02", date(2024, 1, 2)),
    ],
)
def test_yaml_scalars_follow_yaml_1_2(text: str, value: Any) -> None:
    found = parse_params("params.yaml", f"x: {text}\n".encode())["x"]
    assert (found, type(found)) == (value, type(value))


def test_toml_dates_are_dates() -> None:
    assert parse_params("p.toml", b"d = 2024-01-02\n") == {"d": date(2024, 1, 2)}


def test_json_reads_nan_as_python_writes_it() -> None:
    assert math.isnan(parse_params("p.json", b'{"a": NaN}')["a"])


PYTHON = b"""
import os
INT = 5
TEXT: str = "abc"
NAMED = os.environ
A = B = 1
LIST = [1, [2, 3]]
TUPLE = (1, 2)
SET = {"b", "a", "b"}
DICT = {"a": {"b": None}}
BARE: int
NEGATIVE = -1.5
class Train:
    lr = 0.1
    class Inner:
        deep = True
    def __init__(self, x):
        self.layers = 3
        local = 4
        self.x = x
    def other(self):
        self.hidden = 1
INT = 6
"""


def test_python_constants_are_read_from_module_classes_and_init() -> None:
    assert parse_params("params.py", PYTHON) == {
        "INT": 6,
        "TEXT": "abc",
        "LIST": [1, [2, 3]],
        "TUPLE": [1, 2],
        "SET": ["b", "a"],
        "DICT": {"a": {"b": None}},
        "NEGATIVE": -1.5,
        "Train": {"lr": 0.1, "Inner": {"deep": True}, "layers": 3},
    }


def test_python_is_never_run() -> None:
    assert parse_params("params.py", b"raise SystemExit(1)\nX = 1\n") == {"X": 1}


@pytest.mark.parametrize(
    ("path", "data", "place"),
    [
        ("p.json", b'{"a": 1,\n }', "p.json:2:"),
        ("p.py", b"a = \n", "p.py:1:"),
        ("p.toml", b"a = 1\nb = \n", "line 2"),
        ("p.toml", b"a = '\xff'", "not UTF-8"),
        ("p.py", b"a = '\x00'", "p.py"),
        ("p.json", b'{"a": "\xff"}', "not UTF-8"),
        ("params.yaml", b"a: [1\nb: 2\n", "params.yaml:2:"),
    ],
)
def test_a_broken_file_is_an_error_that_says_where(path: str, data: bytes, place: str) -> None:
    with pytest.raises(ExpError) as caught:
        parse_params(path, data)
    assert place in caught.value.message


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("a", {"b": [1, {"c": None}]}),
        ("a.b.0", 1),
        ("a.b.1.c", None),
        ("7", "seven"),
        ("a.b.2", MISSING),
        ("a.b.-1", MISSING),
        ("a.x", MISSING),
        ("a.b.0.c", MISSING),
        ("", MISSING),
    ],
)
def test_pick_goes_by_key_and_index(dotted: str, value: Any) -> None:
    assert pick({"a": {"b": [1, {"c": None}]}, 7: "seven"}, dotted) == value


FILES = MemoryFiles(
    {"params.yaml": b"lr: 0.1\ntrain: {n: 2, off: null}\n", "list.json": b"[1]", "dir/x": b""}
)


@pytest.mark.parametrize(
    ("path", "keys", "values"),
    [
        ("params.yaml", ("train.n", "lr"), {"train.n": 2, "lr": 0.1}),
        ("params.yaml", ("train.off", "nope"), {"train.off": None}),
        ("params.yaml", None, {"lr": 0.1, "train": {"n": 2, "off": None}}),
        ("nowhere.yaml", ("a",), {}),
        ("nowhere.yaml", None, {}),
    ],
)
def test_param_values_are_what_the_lock_records(
    path: str, keys: tuple[str, ...] | None, values: dict[str, Any]
) -> None:
    assert param_values(ParamDep(path, path, keys), FILES) == values


@pytest.mark.parametrize(("path", "word"), [("list.json", "list"), ("dir", "directory")])
def test_what_can_not_be_params_is_refused(path: str, word: str) -> None:
    with pytest.raises(ExpError, match=word):
        param_values(ParamDep(path, path, None), FILES)


def test_flatten_keeps_lists_and_drops_empty_dicts() -> None:
    assert flatten({"a": {"b": {"c": 1}, "l": [1, {"x": 2}]}, "e": {}, 3: None}) == {
        "a.b.c": 1,
        "a.l": [1, {"x": 2}],
        "3": None,
    }
