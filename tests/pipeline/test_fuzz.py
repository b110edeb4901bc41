"""Whatever the bytes of a manifest, loading gives a pipeline or an ExpError, never another exception."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitexp.errors import ExpError
from gitexp.pipeline.dotdvc import read_dvc_file
from gitexp.pipeline.graph import build_graph
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.lockfile import merge_lock, read_lock
from gitexp.pipeline.select import select
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml
from tests.pipeline.memory import load

PARAMS = "a: 1\nl: [1, [2], {x: y}]\nm: {k: 2, n: {o: null}, 3: d}\nt: true\ns: text\n"
SEED = b"""\
vars: [params.yaml, {v: {w: 1}}]
stages:
  one:
    cmd: run ${m} ${l[0]} \\${x}
    wdir: d
    deps: [x, ../y, '${s}']
    params: [a, {p.yaml: [k]}, {q.yaml: }]
    outs: [o, {p: {cache: false, meta: {a: '${a}'}}}]
    plots: [{c.csv: {x: a, y: b}}]
  two:
    foreach: ${m}
    do: {cmd: 'x ${item} ${key}', deps: [d/o]}
  three:
    matrix: {x: [1, a], y: '${l}'}
    cmd: [x, 'y ${item.x}']
plots: [a.csv, {b: {y: {c.csv: '${s}'}}}]
artifacts: {'${s}': {path: m}}
datasets: [{name: d, type: t}]
"""
LOCK = b"schema: '2.0'\nstages:\n  a:\n    cmd: x\n    deps:\n    - path: p\n      md5: abcd\n      size: 1\n"

WORDS = st.sampled_from(
    [
        *("cmd", "deps", "outs", "item", "params.yaml", "dvc.yaml", "d/o", "../x", "/", ".", "", "x", "a@b"),
        *("${a}", "${m}", "${l}", "${m.n}", "${", "}", "${l[0]}", "${item}", "${v.w}"),
        *("s3://x", "ds://d", "\0", "é", "<<"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.integers(0, 2), inner, max_size=3),
    max_leaves=6,
)
STAGE_KEYS = [
    *("cmd", "deps", "outs", "params", "metrics", "plots", "wdir", "vars", "foreach", "do", "matrix"),
    *("frozen", "desc", "meta", "always_changed"),
]
TOP_KEYS = ["vars", "params", "metrics", "plots", "artifacts", "datasets"]
DVC_KEYS = ["outs", "deps", "wdir", "meta", "md5", "frozen"]
STAGES = st.dictionaries(st.sampled_from(STAGE_KEYS), VALUES, max_size=5).map(
    lambda stage: {"cmd": "x", **stage}
)
TOPS = st.dictionaries(st.sampled_from(TOP_KEYS), VALUES, max_size=3)


def survives(files: Mapping[str, str | bytes]) -> None:
    try:
        graph = build_graph(load(files))
        select(graph, [], all_pipelines=True)
    except ExpError as error:
        assert error.message


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(WORDS, STAGES, max_size=3), TOPS)
def test_any_values_in_the_right_places(stages: dict[str, Value], top: dict[str, Value]) -> None:
    survives({"dvc.yaml": dump_yaml({"stages": stages, **top}), "params.yaml": PARAMS})


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SEED)), st.integers(0, 12), st.binary(max_size=8) | WORDS.map(str.encode))
@example(0, len(SEED), b"")
@example(0, 0, b"\xef\xbb\xbf")
@example(0, 0, b"{" * 300)
def test_any_change_of_bytes(at: int, length: int, new: bytes) -> None:
    text = SEED[:at] + new + SEED[at + length :]
    survives({"dvc.yaml": text, "params.yaml": PARAMS})
    survives({"dvc.yaml": SEED, "params.yaml": text})
    survives({"dvc.yaml": SEED, "params.yaml": PARAMS, "x.dvc": text})


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(LOCK)), st.integers(0, 12), st.binary(max_size=8) | WORDS.map(str.encode))
def test_any_change_of_a_lock(at: int, length: int, new: bytes) -> None:
    text = LOCK[:at] + new + LOCK[at + length :]
    survives({"dvc.yaml": SEED, "params.yaml": PARAMS, "dvc.lock": text})
    try:
        merged = merge_lock(text, {"a": LockEntry("y"), "b": LockEntry("z")})
        assert read_lock(merged, "f")["a"].cmd == "y"
    except ExpError as error:
        assert error.message


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(DVC_KEYS), VALUES, max_size=4))
def test_any_dvc_file(data: dict[str, Value]) -> None:
    try:
        read_dvc_file(dump_yaml(data), "f.dvc")
    except ExpError as error:
        assert error.message


def test_the_seed_itself_is_sound() -> None:
    stages = load({"dvc.yaml": SEED, "params.yaml": PARAMS}).stages
    assert len(stages) == 9
    with pytest.raises(ExpError):
        load({"dvc.yaml": SEED})
