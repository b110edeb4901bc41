"""Sweeps: which texts are one, and every combination in DVC's order."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.override.overrides import parse_overrides
from gitexp.pipeline.override.sweep import expand_sweep, is_sweep


@pytest.mark.parametrize(
    "text",
    ["a=1,2", "a=choice(x)", "a=range(3)", "f.json:a=1,2", "a=[1],[2]", "a=tag(t,choice(1))", "a='x','y'"],
)
def test_several_values_are_a_sweep(text: str) -> None:
    assert is_sweep([text])


@pytest.mark.parametrize("text", ["a=1", "a=[1,2]", "a='1,2'", "a={x:1,y:2}", "~a", "a=", "f.json:a=b:c"])
def test_one_value_is_none(text: str) -> None:
    assert not is_sweep([text])
    assert expand_sweep([text]) == [(text,)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1, 2 ,x y", ["1", "2", "x y"]),
        ("a=choice(b,'c,d',[1, 2])", ["b", r"c\,d", "[1,2]"]),
        ("a=range(1,4)", ["1", "2", "3"]),
        ("a=range(3)", ["0", "1", "2"]),
        ("a=range(1,2,0.5)", ["1.0", "1.5"]),
        ("a=sort(3,1,2)", ["1", "2", "3"]),
        ("a=sort(3,1,2,reverse=True)", ["3", "2", "1"]),
        ("a=tag(fast,choice(1,2))", ["1", "2"]),
        ("a=[1],[3]", ["[1]", "[3]"]),
        ("a=int(choice(1.5,2.5))", ["1", "2"]),
    ],
)
def test_values_of_a_sweep(text: str, values: list[str]) -> None:
    assert expand_sweep([text]) == [(f"a={value}",) for value in values]


def test_shuffle_keeps_the_values() -> None:
    assert sorted(expand_sweep(["a=shuffle(range(6))"])) == [(f"a={n}",) for n in range(6)]


def test_the_last_override_varies_fastest_and_single_values_go_along() -> None:
    assert expand_sweep(["a=1,2", "c=9", "b=x,y"]) == [
        ("a=1", "c=9", "b=x"),
        ("a=1", "c=9", "b=y"),
        ("a=2", "c=9", "b=x"),
        ("a=2", "c=9", "b=y"),
    ]


def test_overrides_of_one_file_stay_together() -> None:
    assert expand_sweep(["a=1,2", "f.json:b=3,4", "c=5"]) == [
        ("a=1", "c=5", "f.json:b=3"),
        ("a=1", "c=5", "f.json:b=4"),
        ("a=2", "c=5", "f.json:b=3"),
        ("a=2", "c=5", "f.json:b=4"),
    ]


def test_of_the_same_key_the_later_counts() -> None:
    assert expand_sweep(["a=1,2", "b=3,4", "a=7"]) == [("a=7", "b=3"), ("a=7", "b=4")]


def test_every_combination_can_be_parsed_and_keeps_kind_and_file() -> None:
    for texts in expand_sweep(["+x.y=choice('a b',c:d,{k: 1})", "f.toml:++z=1,2"]):
        first, second = parse_overrides(texts)
        assert (first.key, first.kind.value, second.file, second.kind.value) == ("x.y", "+", "f.toml", "++")
    assert [parse_overrides(t)[0].value for t in expand_sweep(["x=choice('a b',c:d,{k: 1})"])] == [
        "a b",
        "c:d",
        {"k": 1},
    ]


@pytest.mark.parametrize("text", ["a=interval(0,1)", "a=glob(*)", "a=choice(", "a=1,,2"])
def test_what_has_no_list_of_values_is_refused(text: str) -> None:
    with pytest.raises(ExpError):
        expand_sweep([text])
