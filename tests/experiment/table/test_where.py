"""Conditions on experiments: what is read, what holds, what is refused and where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitexp.errors import ExpError
from gitexp.experiment.table.where import Compare, Constant, Every, Name, Not, Some, holds, parse_where

ROW = {
    "val.loss": 0.15,
    "train.arch": "resnet",
    "layers": [16, 32],
    "amp": True,
    "off": False,
    "nothing": 0,
    "bad": float("nan"),
    "params.yaml:lr": 1e-3,
    "odd name!": 7,
    "learning-rate": 0.5,
    "версия": "два",
}


def true_of(text: str) -> bool:
    return holds(parse_where(text).condition, lambda name: ROW.get(name.text))


@pytest.mark.parametrize(
    "text",
    [
        'val.loss < 0.2 and train.arch == "resnet"',
        "val.loss<0.2 AND train.arch=='resnet'",
        "val.loss > 0.2 or amp",
        "not (val.loss > 0.2 or off)",
        "not off and not nothing",
        "params.yaml:lr == 1e-3",
        "0.1 <= val.loss",
        "-inf < val.loss",
        "`odd name!` == 7",
        "learning-rate == .5",
        'train.arch in ("vgg", "resnet")',
        "nothing not in (1, 2)",
        'train.arch ~ "RES"',
        'layers == "[16, 32]"',
        "amp == true and off != true",
        "bad == nan",
        "missing == none and val.loss != none",
        "missing in (none, 3)",
        "not missing < 3",
        'версия == "два"',
        r"""train.arch != 'it\'s "x"'""",
    ],
)
def test_true(text: str) -> None:
    assert true_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "missing < 3",
        "missing != 3",
        "missing == missing",
        "missing",
        "bad < 1 or bad > 1 or bad == 1",
        'val.loss == "0.15"',
        'val.loss < "a"',
        "train.arch < 3",
        "amp == 1",
        "true and false",
        "val.loss == none",
    ],
)
def test_false(text: str) -> None:
    assert not true_of(text)


def test_and_binds_closer_than_or_and_not_closest() -> None:
    a, b, c = (Compare(Name(name, at), "<", Constant(1)) for name, at in (("a", 0), ("b", 13), ("c", 23)))
    found = parse_where("a < 1 or not b < 1 and c < 1").condition
    assert found == Some((a, Every((Not(b), c))))


@pytest.mark.parametrize(
    ("text", "says", "column"),
    [
        ("a = 1", "a single '='", 3),
        ("a < ", "a name or a value is wanted where the expression ends", 5),
        ("", "a name or a value", 1),
        ("a < 1 b", "`and`, `or` or the end is wanted where 'b' stands", 7),
        ("(a < 1", "`)`", 7),
        ('a == "x', "no closing", 6),
        ("a && b", "'&' means nothing", 3),
        ("a in 3", "`(`", 6),
        ("a in (b)", "a number or a quoted text", 7),
        ("5", "a comparison", 2),
        ("a < 1 and and b", "a name or a value", 11),
        ("a < 1x", "can't read '1'", 5),
        ("__import__('os')", "`and`, `or` or the end", 11),
    ],
)
def test_what_is_refused_is_pointed_at(text: str, says: str, column: int) -> None:
    with pytest.raises(ExpError) as caught:
        parse_where(text)
    assert says in caught.value.message
    assert f"at character {column}:" in caught.value.message
    assert caught.value.message.endswith(f"\n  {text}\n  {' ' * (column - 1)}^")


def test_endless_nesting_is_refused() -> None:
    for deep in ("(" * 5000 + "a" + ")" * 5000, "not " * 2000 + "a", "a" * 20_000):
        with pytest.raises(ExpError):
            parse_where(deep)


def test_names_are_told_each_once() -> None:
    assert [name.text for name in parse_where("a < b or not (a > 3 and c in (1, 2))").names()] == [
        "a",
        "b",
        "c",
    ]


@given(st.text(alphabet="ab.:(),<>=!~`'\"and or not in 0123456789e+-\\é\n", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        where = parse_where(text)
    except ExpError:
        return
    holds(where.condition, lambda name: None)
