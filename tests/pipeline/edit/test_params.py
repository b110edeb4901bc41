"""Overrides written into params files: the value changes, every other character stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitexp.errors import ExpError
from gitexp.pipeline.edit.edits import Edit, EditKind, find_edits, same
from gitexp.pipeline.edit.json_text import edit_json
from gitexp.pipeline.edit.params import apply_overrides
from gitexp.pipeline.edit.python_text import edit_python
from gitexp.pipeline.edit.python_words import literal
from gitexp.pipeline.edit.yaml_text import edit_yaml
from gitexp.pipeline.edit.yaml_words import inline
from gitexp.pipeline.override.overrides import parse_overrides
from gitexp.pipeline.params import parse_params
from gitexp.pipeline.yaml import dump_yaml


def edited(path: str, text: str | None, *overrides: str) -> str:
    data = None if text is None else text.encode()
    return apply_overrides(path, data, parse_overrides(overrides)).decode()


PARAMS = """\
# the parameters
prepare:
  n: 2  # how often
train:   # main
  lr: 0.1
  opt:
    name: "sgd"
    betas: [0.9, 0.99]   # b
  layers:
    - 16
    - 32  # last

# tail
empty:
tagged: !!str 5
mixed:
- a: 1
  b: 2
- [1, 2]
words: |
  multi
  line

y: 'q'
"""


@pytest.mark.parametrize(
    ("override", "old", "new"),
    [
        ("train.lr=1e-5", "  lr: 0.1\n", "  lr: 1.0e-05\n"),
        ("prepare.n=3", "n: 2  # how often", "n: 3  # how often"),
        ("train.opt.name=adam", '"sgd"', '"adam"'),
        ("y=r", "'q'", "'r'"),
        ("prepare.n=yes", "n: 2 ", "n: 'yes' "),
        ("prepare.n=null", "n: 2 ", "n: null "),
        ("prepare.n='a: b # c'", "n: 2 ", "n: 'a: b # c' "),
        ("prepare.n='1e-3'", "n: 2 ", "n: '1e-3' "),
        ("train.opt.betas.0=0.5", "[0.9, 0.99]   # b", "[0.5, 0.99]   # b"),
        ("train.opt.betas=[0.5]", "[0.9, 0.99]   # b", "[0.5]   # b"),
        ("train.opt.betas=[1,2,x y]", "[0.9, 0.99]   # b", "[1, 2, x y]   # b"),
        ("train.layers.1=8", "    - 32  # last\n", "    - 8  # last\n"),
        ("train.layers=[16,32,64]", "    - 32  # last\n", "    - 32  # last\n    - 64\n"),
        ("train.layers=[16]", "    - 32  # last\n", ""),
        ("train.layers=[]", "layers:\n    - 16\n    - 32  # last\n", "layers: []\n"),
        ("empty=3", "empty:\n", "empty: 3\n"),
        ("empty=[1,2]", "empty:\n", "empty:\n- 1\n- 2\n"),
        ("empty={a: 1}", "empty:\n", "empty:\n  a: 1\n"),
        ("tagged=6", "tagged: !!str 5\n", "tagged: 6\n"),
        ("words=one", "words: |\n  multi\n  line\n", "words: one\n"),
        ("prepare.n={a: 1}", "  n: 2  # how often\n", "  n:  # how often\n    a: 1\n"),
        ("prepare=5", "prepare:\n  n: 2  # how often\n", "prepare: 5\n"),
        ("mixed.0=7", "- a: 1\n  b: 2\n", "- 7\n"),
        ("mixed.0.b=7", "  b: 2\n", "  b: 7\n"),
        ("mixed.1.0={z: 1}", "- [1, 2]\n", "- [{z: 1}, 2]\n"),
        ("+mixed.0.c={q: [1]}", "  b: 2\n", "  b: 2\n  c:\n    q:\n    - 1\n"),
        ("+train.momentum=0.9", "    - 32  # last\n", "    - 32  # last\n  momentum: 0.9\n"),
        ("+new.key=5", "y: 'q'\n", "y: 'q'\nnew:\n  key: 5\n"),
        ("~train.opt.name", '    name: "sgd"\n', ""),
        ("~prepare", "prepare:\n  n: 2  # how often\n", ""),
        ("~mixed.0.a", "- a: 1\n  b: 2\n", "- b: 2\n"),
        ("~train.opt.betas.0", "[0.9, 0.99]", "[0.99]"),
        ("~train.layers.0", "    - 16\n    - 32  # last\n", "    - 32\n"),
    ],
)
def test_yaml_changes_where_it_must_and_nowhere_else(override: str, old: str, new: str) -> None:
    assert PARAMS.count(old) == 1
    assert edited("params.yaml", PARAMS, override) == PARAMS.replace(old, new)


@pytest.mark.parametrize(
    ("text", "override", "result"),
    [
        (None, "+a=1", "a: 1\n"),
        ("", "+a.b=[1,2]", "a:\n  b:\n  - 1\n  - 2\n"),
        ("# only words\n", "+a=1", "# only words\na: 1\n"),
        ("a: 1", "+b=2", "a: 1\nb: 2"),
        ("a: 1\n", "~a", "{}\n"),
        ("{}\n", "+a={b: 1}", "a:\n  b: 1\n"),
        ("{a: 1}\n", "+b=[1]", "{a: 1, b: [1]}\n"),
        ("{\n  a: 1,  # one\n}\n", "+b=2", "{\n  a: 1,  # one\n  b: 2,\n}\n"),
        ("\ufeffa: 1\n", "a=2", "\ufeffa: 2\n"),
        ("---\na: 1\n...\n", "+b=2", "---\na: 1\nb: 2\n...\n"),
        ("a: 1\r\nb: 2  # x\r\n", "b=3", "a: 1\r\nb: 3  # x\r\n"),
        ("a: 1\r\nb: 2\r\n", "+c.d=3", "a: 1\r\nb: 2\r\nc:\r\n  d: 3\r\n"),
        ("a: 1\r\nb: 2\nc: 3\n", "~b", "a: 1\r\nc: 3\n"),
        ("clé: 1 # é\nb: ü\n", "b=1", "clé: 1 # é\nb: 1\n"),
        ("d: 2024-01-02\na: 1\n", "a=2", "d: 2024-01-02\na: 2\n"),
        ("1: a\nyes: b\n", "+c=1", "1: a\nyes: b\nc: 1\n"),
        ("a:\n    b:\n        - c: 1\n", "a.b.0.c=2", "a:\n    b:\n        - c: 2\n"),
        ("lr: &lr 0.1\nother: *lr\n", "lr=0.5", "lr: &lr 0.5\nother: 0.1\n"),
        ("lr: &lr 0.1\nother: *lr\n", "other=0.5", "lr: &lr 0.1\nother: 0.5\n"),
        ("b: &b\n  x: 1\nm:\n  <<: *b\n  y: 3\n", "m.x=9", "b: &b\n  x: 1\nm:\n  <<: *b\n  y: 3\n  x: 9\n"),
        ("b: &b\n  x: 1\nm:\n  <<: *b\n  y: 3\n", "b.x=9", "b: &b\n  x: 9\nm:\n  <<: *b\n  y: 3\n  x: 1\n"),
        ("x: &l [1, 2]\ny: *l\n", "y.0=9", "x: &l [1, 2]\ny:\n- 9\n- 2\n"),
        ("? a\n: 1\nb: 2\n", "a=5", "? a\n: 5\nb: 2\n"),
    ],
)
def test_yaml_of_every_shape(text: str | None, override: str, result: str) -> None:
    assert edited("params.yaml", text, override) == result


def test_a_document_that_has_no_place_for_the_change_is_rewritten_whole() -> None:
    text = "# kept\nx: &a\n  k: &b 1\ny: *b\n"
    assert parse_params("p.yaml", edited("p.yaml", text, "x=5").encode()) == {"x": 5, "y": 1}
    assert "# kept" in edited("p.yaml", text, "x=5")


INDENTED = (
    '{\n    "a": {\n        "b": 1e-3,\n        "c": []\n    },\n    "l": [\n        1,\n        2\n    ]\n}'
)


@pytest.mark.parametrize(
    ("text", "override", "result"),
    [
        ('{"a": {"b": 1}, "l": [1, 2]}\n', "a.b=2.5", '{"a": {"b": 2.5}, "l": [1, 2]}\n'),
        ('{"a": 1, "l": [1,2]}', "l=[1,2,3]", '{"a": 1, "l": [1,2,3]}'),
        ('{"a":1,"b":2}', "+c=x", '{"a":1,"b":2,"c":"x"}'),
        ('{"a":1,"b":2}', "~a", '{"b":2}'),
        ('{"a":1,"b":2}', "~b", '{"a":1}'),
        ('{"a": "é\\n"}', "+b='é'", '{"a": "é\\n", "b": "é"}'),
        (INDENTED, "l.1=9", INDENTED.replace("2", "9")),
        (INDENTED, "l=[1,2,3]", INDENTED.replace("        2", "        2,\n        3")),
        (
            INDENTED,
            "+a.d={x: 1}",
            INDENTED.replace("[]", '[],\n        "d": {\n            "x": 1\n        }'),
        ),
        (INDENTED, "~a.c", INDENTED.replace(',\n        "c": []', "")),
        (INDENTED, "a.c=[1]", INDENTED.replace("[]", "[1]")),
        (
            INDENTED.replace("\n", "\r\n"),
            "+x=1",
            INDENTED.replace("    ]\n}", '    ],\n    "x": 1\n}').replace("\n", "\r\n"),
        ),
        ('{"a": 1, "a": 2}', "a=3", '{"a": 1, "a": 3}'),
        ('{"a": NaN}', "a=inf", '{"a": Infinity}'),
        (None, "+a.b=1", '{\n  "a": {\n    "b": 1\n  }\n}\n'),
        ("{}", "+a=1", '{"a": 1}'),
    ],
)
def test_json_keeps_its_layout(text: str | None, override: str, result: str) -> None:
    assert edited("params.json", text, override) == result


TOML = '# c\ntitle = "x"   # t\nl = [1,  2]\n[a]\nb = 1  # one\nd = 2024-01-01\n'


@pytest.mark.parametrize(
    ("override", "old", "new"),
    [
        ("title=new", '"x"', '"new"'),
        ("a.b=7", "b = 1", "b = 7"),
        ("l.0=5", "[1,  2]", "[5,  2]"),
        ("+a.e=[1]", "d = 2024-01-01\n", "d = 2024-01-01\ne = [1]\n"),
        ("~a.d", "d = 2024-01-01\n", ""),
    ],
)
def test_toml_keeps_comments_and_spelling(override: str, old: str, new: str) -> None:
    assert edited("params.toml", TOML, override) == TOML.replace(old, new)
    crlf = TOML.replace("\n", "\r\n")
    assert edited("params.toml", crlf, override) == TOML.replace(old, new).replace("\n", "\r\n")


PYTHON = '''\
"""Doc é."""
INT = 5  # é
STR: str = 'abc'
DICT = {'a': 1, "b": {"c": None}}
LIST = [
    1,
    2,  # two
]
SET = {4, 5}; X = 1
TUPLE = (1, 2)
BARE = 1, 2


class Train:
    lr = 0.1

    def __init__(self):
        self.layers = ( 3 )
        self.name = "é"  # n


def main():
    LOCAL = 1
'''


@pytest.mark.parametrize(
    ("override", "old", "new"),
    [
        ("INT=6", "INT = 5", "INT = 6"),
        ("STR='it is'", "'abc'", "'it is'"),
        ("DICT.a=2", "'a': 1", "'a': 2"),
        ("DICT.b.c=x", "None", '"x"'),
        ("+DICT.z=[1]", '{"c": None}}', '{"c": None}, "z": [1]}'),
        ("~DICT.a", "'a': 1, ", ""),
        ("LIST.1=9", "    2,  # two", "    9,  # two"),
        ("LIST=[1,2,3]", "    2,  # two\n", "    2,  # two\n    3,\n"),
        ("SET=[7]", "{4, 5}", "{7}"),
        ("TUPLE=[1,2,3]", "(1, 2)", "(1, 2, 3)"),
        ("TUPLE=[1]", "(1, 2)", "(1,)"),
        ("BARE.0=5", "BARE = 1, 2", "BARE = 5, 2"),
        ("INT=inf", "INT = 5", "INT = 1e999"),
        ("Train.lr=1e-3", "lr = 0.1", "lr = 0.001"),
        ("Train.layers=4", "( 3 )", "( 4 )"),
        ("Train.name=b", '"é"  # n', '"b"  # n'),
        ("+Train.new=1", "    lr = 0.1\n", "    lr = 0.1\n    new = 1\n"),
        ("+NEW={a: x}", "BARE = 1, 2\n", 'BARE = 1, 2\nNEW = {"a": "x"}\n'),
        ("~STR", "STR: str = 'abc'\n", ""),
        ("~Train.name", '        self.name = "é"  # n\n', ""),
    ],
)
def test_python_literals_change_in_place(override: str, old: str, new: str) -> None:
    assert PYTHON.count(old) == 1
    assert edited("params.py", PYTHON, override) == PYTHON.replace(old, new)
    crlf = edited("params.py", PYTHON.replace("\n", "\r\n"), override)
    assert crlf == PYTHON.replace(old, new).replace("\n", "\r\n")


def test_a_new_python_file_begins_with_the_constant() -> None:
    assert edited("p.py", None, "+A=1", "+B.c=x") == "A = 1\nB = {'c': 'x'}\n"


@pytest.mark.parametrize(
    ("path", "text", "override", "message"),
    [
        ("p.yaml", "- 1\n", "a=1", "p.yaml holds no `name: value` pairs"),
        ("p.toml", "a = 1\n", "a=null", "TOML has no null"),
        ("p.py", "A = 1\n", "A=nan", "Python has no literal for nan"),
        ("p.py", "class A:\n    b = 1\n", "A=5", "can't be changed with -S"),
        ("p.py", "A = 1; B = 2\n", "~A", "can't be changed with -S"),
        ("p.yaml", "a: [1\nb: 1", "b=2", "p.yaml:2:"),
        ("p.yaml", "a: 1\n", "p.yaml:b=2", "p.yaml has no 'b'"),
    ],
)
def test_what_can_not_be_done_is_said(path: str, text: str, override: str, message: str) -> None:
    with pytest.raises(ExpError) as caught:
        edited(path, text, override)
    assert message in caught.value.message


# -- any value into any document ------------------------------------------------------------------------

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\u2028\u2029\x85"), max_size=8
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-999, 10**12),
    st.floats(allow_nan=False),
    TEXT,
    st.sampled_from(
        ["yes", "no", "~", "null", "1e3", "0x1", "12:30", "2024-01-02", "- a", "a: b", "#", "=", "<<", " x "]
    ),
)
KEYS = st.sampled_from(["a", "b", "c d", "on", "1", "é"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(KEYS, TREES, max_size=4)


@given(DOCUMENTS, DOCUMENTS, st.sampled_from([dump_yaml, lambda value: f"{inline(value)}\n".encode()]))
@settings(max_examples=500, deadline=None)
def test_any_yaml_becomes_any_other(
    old: dict[str, Any], new: dict[str, Any], written: Callable[[Any], bytes]
) -> None:
    text = written(old).decode()
    assert same(parse_params("p.yaml", text.encode()), old)
    result = edit_yaml(text, list(find_edits(old, new)), new)
    assert result is not None
    assert same(parse_params("p.yaml", result.encode()), new)
    assert result.count("\n\n") <= text.count("\n\n")


@given(DOCUMENTS, DOCUMENTS, st.sampled_from([None, 2]))
@settings(max_examples=300, deadline=None)
def test_any_json_becomes_any_other(old: dict[str, Any], new: dict[str, Any], indent: int | None) -> None:
    result = edit_json(json.dumps(old, indent=indent, ensure_ascii=False), list(find_edits(old, new)))
    assert result is not None
    assert same(json.loads(result), new)
    if indent and old and "[" not in result:
        assert result == json.dumps(json.loads(result), indent=2, ensure_ascii=False)


CONSTANTS = st.dictionaries(st.sampled_from(["A", "B", "C"]), TREES, max_size=3)


@given(CONSTANTS, CONSTANTS)
@settings(max_examples=300, deadline=None)
def test_any_python_constants_become_any_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    text = "".join(f"{name} = {literal(value)}  # {name}\n" for name, value in old.items())
    result = edit_python(text, [edit for edit in find_edits(old, new) if edit.keys or not old])
    assert result is not None
    if old.keys() & new.keys() or not old:
        assert same(parse_params("p.py", result.encode()), new)


@given(DOCUMENTS, st.sampled_from([" ", "  "]))
def test_yaml_lines_that_do_not_change_are_the_same_lines(old: dict[str, Any], gap: str) -> None:
    text = "# head\n" + dump_yaml({**old, "lr": 0.1}).decode().replace("lr: 0.1", f"lr:{gap}0.1{gap}# why")
    changed = text.replace(f"{gap}0.1{gap}# why", f"{gap}0.5{gap}# why")
    assert edited("p.yaml", text, "lr=0.5") == changed


def test_edits_are_the_least_that_do() -> None:
    old = {"a": 1, "l": [1, 2], "d": {"x": 1, "y": 2}, "gone": 0}
    new = {"a": 1.0, "l": [1, 3, 4], "d": {"x": 1, "z": 2}}
    assert list(find_edits(old, new)) == [
        Edit(EditKind.REPLACE, ("a",), 1.0),
        Edit(EditKind.REPLACE, ("l", 1), 3),
        Edit(EditKind.ADD, ("l", 2), 4),
        Edit(EditKind.DELETE, ("d", "y")),
        Edit(EditKind.ADD, ("d", "z"), 2),
        Edit(EditKind.DELETE, ("gone",)),
    ]
