"""Files read beside one another have the values that a parser finds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.errors import ExpError
from gitexp.pipeline.yaml import dump_yaml, parse_yaml
from gitexp.pipeline.yaml_alike import alike

MODEL = b"""\
# a comment: here
seed: 42
train:
  lr: 0.1   # the rate
  opt: {name: adam, eps: 1e-8}
  layers: [1, 2]
  steps:
  - 10
  - {at: 20}
  -
    deep:
      - 3
text: |
  lr: 0.1
folded: one
  two
quoted: "0.1"
nothing:
last: x
"""


@pytest.mark.parametrize("empty", [b"", b"\n", b"# nothing yet\n", b"---\n", b"---\n...\n"])
def test_a_file_without_values_is_no_model(empty: bytes) -> None:
    assert alike(empty, parse_yaml(empty, "p")) is None
    assert alike(empty, {}) is None  # what the caller makes of it


def read(old: bytes, new: bytes) -> object:
    model = alike(old, parse_yaml(old, "p"))
    return None if model is None else model.read(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"seed: 42", b"seed: 7"),
        (b"seed: 42", b"seed: forty-two"),
        (b"  lr: 0.1   #", b"  lr: 1e-3   #"),
        (b"  - 10", b"  - null"),
        (b"- 3", b"- yes"),
        (b"{at: 20}", b"{at: -.5}"),
        (b"last: x", b"last: ..."),
        (b"last: x", b"last: 0x1F"),
    ],
)
def test_a_value_of_one_word_is_read_without_a_parser(old: bytes, new: bytes) -> None:
    text = MODEL.replace(old, new, 1)
    assert read(MODEL, text) == parse_yaml(text, "p")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"seed: 42", b"seed: a: b"),
        (b"seed: 42", b"seed: -"),
        (b"seed: 42", b"seed: 'x'"),
        (b"seed: 42", b"seed: 4 #2"),
        (b"seed: 42", b"seed: &a 42"),
        (b"seed: 42", b"seed:42"),
        (b"seed: 42", b"Seed: 42"),
        (b"seed: 42", b" seed: 42"),
        (b"  lr: 0.1   # the", b"  lr: 0.1   # an"),
        (b"  lr: 0.1\n", b"  lr: 0.2\n"),
        (b"folded: one", b"folded: three"),
        (b'"0.1"', b"0.1"),
        (b"nothing:", b"nothing: 1"),
        (b"[1, 2]", b"[1, 3]"),
        (b"last: x", b"last: x\nmore: 1"),
        (b"last: x", b"last: \xc3\xa9"),
    ],
)
def test_anything_else_is_left_to_the_parser(old: bytes, new: bytes) -> None:
    assert read(MODEL, MODEL.replace(old, new)) is None


@pytest.mark.parametrize("text", [b"a: &x 1\nb: *x\n", b"a: !!str 1\n", b"- 1\n", b"1\n", b"? [a]\n: 1\n"])
def test_of_what_is_not_simple_there_is_no_model(text: bytes) -> None:
    try:
        values = parse_yaml(text, "p")
    except ExpError:
        values = {}
    assert alike(text, values) is None


def test_the_model_stays_as_it_is() -> None:
    values = parse_yaml(MODEL, "p")
    model = alike(MODEL, values)
    assert model is not None
    changed = model.read(MODEL.replace(b"- 3", b"- 4").replace(b"seed: 42", b"seed: 1"))
    assert changed is not None and changed["train"]["steps"][2]["deep"] == [4]
    assert values == parse_yaml(MODEL, "p") == model.read(MODEL)


WORDS = (
    st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=6)
    | st.integers()
    | st.floats()
)
TREES = st.dictionaries(
    st.text("abc_", min_size=1, max_size=3),
    st.recursive(
        WORDS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1), inner)
    ),
    min_size=1,
)


@settings(max_examples=120, deadline=None)
@given(TREES, st.integers(0, 30), st.text("ab01.-+_ :#'\"[]{},&*!|>\t", max_size=5))
def test_whatever_is_put_in_a_line_is_read_right_or_not_at_all(
    tree: dict[str, object], at: int, put: str
) -> None:
    old = dump_yaml(tree)
    lines = old.split(b"\n")
    at %= len(lines)
    head, colon, tail = lines[at].rpartition(b" ")
    lines[at] = head + colon + put.encode() + (tail if len(put) % 2 else b"")
    new = b"\n".join(lines)
    found = read(old, new)
    if found is not None:
        assert repr(found) == repr(parse_yaml(new, "p"))
