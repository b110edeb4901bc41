"""YAML 1.2 in, and out again so that both versions of YAML read the same."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.errors import ExpError
from gitexp.pipeline.scalars import plain
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import dump_yaml, locate, parse_with_lines, parse_yaml


def parse(text: str) -> Value:
    return parse_yaml(text.encode(), "f.yaml")


def error_of(text: str) -> ExpError:
    with pytest.raises(ExpError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1e5", 100000.0),
        (".5", 0.5),
        ("-.5e-3", -0.0005),
        ("1_000", 1000),
        ("1_0.5", 10.5),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0b11", -3),
        ("yes", "yes"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("True", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("~", None),
        ("Null", None),
        ("", None),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1.2.3", "1.2.3"),
        ("0x", "0x"),
        ("_", "_"),
        ("._", "._"),
        ("+", "+"),
        ("2024-02-30", "2024-02-30"),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29T10:00:00Z", datetime(2024, 2, 29, 10, tzinfo=timezone.utc)),
        ("2024-02-29 1:00:00.5 -2", datetime(2024, 2, 29, 1, 0, 0, 500000, timezone(timedelta(hours=-2)))),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, value: Value) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_quotes_and_tags_decide_over_the_look_of_a_scalar() -> None:
    assert parse("['1', \"true\", !!str 1, !!float 1]") == ["1", "true", "1", 1.0]
    assert isinstance(parse("!!float 1"), float)


def test_an_empty_document_is_none() -> None:
    assert parse("") is None
    assert parse("# only a comment\n") is None


def test_anchors_and_merge_keys_work() -> None:
    text = "base: &b {x: 1, y: 2}\nother: &o {y: 3, z: 4}\na: {<<: *b, x: 5}\nb: {<<: [*b, *o], w: *b}\n"
    value = parse(text)
    assert value["a"] == {"x": 5, "y": 2}
    assert value["b"] == {"x": 1, "y": 2, "z": 4, "w": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: the key 'a' is here twice."),
        ("a: {b: 1, b: 2}\n", "f.yaml:1:11: the key 'b' is here twice."),
        ("a: *nope\n", "f.yaml:1:4: "),
        ("a: &x [*x]\n", "f.yaml:1:8: there is no anchor '&x' before this."),
        ("? [1]\n: 2\n", "f.yaml:1:3: a list or a mapping can't be a key."),
        ("a: !thing 1\n", "f.yaml:1:4: '1' with the tag '!thing' is not supported."),
        ("a: !!python/object:os.system {}\n", "f.yaml:1:4: the tag "),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: a second YAML document begins here"),
        ("a:\n\tb: 1\n", "f.yaml:2:1: "),
        ("<<: 1\n", "f.yaml:1:1: `<<` merges"),
        ("[" * 200 + "]" * 200, "f.yaml:1:101: nested deeper than 100 levels."),
        ("a: 1\nb: \x07\n", "f.yaml:2: YAML allows no control character here."),
    ],
)
def test_what_is_no_good_yaml_is_an_error_with_its_place(text: str, message: str) -> None:
    assert error_of(text).message.startswith(message)


def test_text_that_is_not_utf_8_is_an_error_with_its_line() -> None:
    with pytest.raises(ExpError, match="^f.yaml:2: the file is not UTF-8 text"):
        parse_yaml(b"a: 1\nb: \xff\n", "f.yaml")


def test_merge_conflicts_and_unquoted_templates_get_a_hint() -> None:
    assert "conflict" in (error_of("a: 1\n<<<<<<< HEAD\nb: 2\n=======\n").hint or "")
    assert "quote" in (error_of("outs: [${x}.txt]\n").hint or "")


def test_a_colon_before_a_bracket_gets_a_hint_that_works() -> None:
    assert "[lr, other.yaml: ]" in (error_of("params: [lr, extra.yaml:]\n").hint or "")
    assert parse("params: [lr, extra.yaml: ]\n") == {"params": ["lr", {"extra.yaml": None}]}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert parse_yaml(b"\xef\xbb\xbfa: 1\n", "f.yaml") == {"a": 1}


def test_lines_are_known_for_the_first_two_levels() -> None:
    _, lines = parse_with_lines(b"stages:\n  a:\n    cmd: x\n\n  b: {cmd: y}\nvars: []\n", "f")
    assert lines == {("stages",): 1, ("stages", "a"): 2, ("stages", "b"): 5, ("vars",): 6}


def test_locate_finds_keys_and_items_and_stops_where_the_way_ends() -> None:
    text = b"stages:\n  a:\n    deps:\n    - x\n    - y: {z: 1}\n"
    assert locate(text, ("stages", "a", "deps", 1, "y", "z")) == (5, 11)
    assert locate(text, ("stages", "a", "deps", 7)) == (3, 5)
    assert locate(text, ("nope",)) is None
    assert locate(b"a: [", ("a",)) is None


TRICKY = (
    "yes no on off y 1e-3 12:30 010 0o7 0x1 1_000 2020-01-01 ~ null true .5 ._ _ 1. +.inf = << - ? "
    "- -- #x !x &x *x %x @x `x` {x} [x] x: é ☃ 'q' \"q\" a\nb \tx lead \n \x85 \u2028"
)


def test_text_that_looks_like_something_else_is_quoted() -> None:
    words = [*TRICKY.split(" "), "", " lead", "trail ", "a: b", "x #y", "word " * 40, "w" * 200]
    data = dump_yaml(words)
    assert parse_yaml(data, "f") == words
    assert yaml.safe_load(data) == words


@settings(max_examples=60, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_what_is_written_reads_back_the_same(value: Value) -> None:
    assert parse_yaml(dump_yaml(value), "f") == value


def test_the_style_is_dvcs() -> None:
    value = {
        "stages": {"a": {"cmd": "x\ny", "deps": [{"path": "p", "size": 1}], "lr": 1e-05, "n": None, "e": []}}
    }
    assert dump_yaml(value).decode() == (
        'stages:\n  a:\n    cmd: "x\\ny"\n    deps:\n    - path: p\n      size: 1\n'
        "    lr: 1e-05\n    n:\n    e: []\n"
    )


def test_what_yaml_can_not_hold_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a YAML value"):
        dump_yaml({"a": object()})


def test_aliases_are_values_but_not_billions_of_them() -> None:
    assert parse_yaml(b"a: &a [1, 2]\nb: [*a, *a]\n", "x")["b"] == [[1, 2], [1, 2]]
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    with pytest.raises(ExpError, match=r"x:7:\d+: aliases that stand for more than 1,000,000 values"):
        parse_yaml("\n".join(lines).encode(), "x")
