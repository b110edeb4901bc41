"""`-S`: what the words mean. Hydra's parser is the judge of the fast reader and of the values."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from gitexp.errors import ExpError
from gitexp.pipeline.edit.edits import same
from gitexp.pipeline.override.grammar import read_with_hydra
from gitexp.pipeline.override.overrides import OverrideKind, by_file, parse_overrides
from gitexp.pipeline.override.values import overridden
from gitexp.pipeline.override.words import NotPlain, read_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("True", True),
        ("yes", "yes"),
        ("null", None),
        ("", ""),
        ("1e5", 100000.0),
        ("1e-3", 0.001),
        (".5", 0.5),
        ("5.", 5.0),
        ("1_000", 1000),
        ("0x10", "0x10"),
        ("010", "010"),
        ("2024-01-02", "2024-01-02"),
        ("'7'", "7"),
        ('"7"', "7"),
        ("'é # x, y'", "é # x, y"),
        ("a b", "a b"),
        ("a:b", "a:b"),
        ("[1, 2]", [1, 2]),
        ("[]", []),
        ("[[1],{a: b}]", [[1], {"a": "b"}]),
        ("{a: 1}", {"a": 1}),
        ("-3", -3),
        ("+3", 3),
        ("inf", float("inf")),
        ("1.0", 1.0),
        ("100000000000000000000000", 10**23),
        ("int(3.7)", 3),
        ("str(3)", "3"),
        ("'x,y'", "x,y"),
        ("$HOME", "$HOME"),
        (r"a\,b", "a,b"),
    ],
)
def test_values_are_typed_as_hydra_types_them(text: str, value: Any) -> None:
    (override,) = parse_overrides([f"x={text}"])
    assert same(override.value, value)


@pytest.mark.parametrize(
    ("text", "file", "key", "kind"),
    [
        ("a.b=1", "params.yaml", "a.b", OverrideKind.SET),
        ("+a.b=1", "params.yaml", "a.b", OverrideKind.ADD),
        ("++a=1", "params.yaml", "a", OverrideKind.FORCE),
        ("~a.0", "params.yaml", "a.0", OverrideKind.DELETE),
        ("conf/x.json:a=b:c", "conf/x.json", "a", OverrideKind.SET),
        ("x.py:+a=1", "x.py", "a", OverrideKind.ADD),
        ("x.py:~a", "x.py", "a", OverrideKind.DELETE),
        ("a={x:1}", "params.yaml", "a", OverrideKind.SET),
    ],
)
def test_file_key_and_kind(text: str, file: str, key: str, kind: OverrideKind) -> None:
    (override,) = parse_overrides([text])
    assert (override.file, override.key, override.kind, override.text) == (file, key, kind, text)


def test_a_deletion_may_name_the_value() -> None:
    bare, valued, empty = parse_overrides(["~a", "~a=1", "~a="])
    assert (bare.has_value, valued.has_value, empty.has_value) == (False, True, True)
    assert (bare.value, valued.value, empty.value) == (None, 1, "")


def test_overrides_are_grouped_by_file_in_the_order_named() -> None:
    grouped = by_file(parse_overrides(["b.json:x=1", "a=2", "b.json:y=3"]))
    assert {file: [o.key for o in group] for file, group in grouped.items()} == {
        "b.json": ["x", "y"],
        "params.yaml": ["a"],
    }
    assert list(grouped) == ["b.json", "params.yaml"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a[0]=1", "a list element goes by `.index`", "write a.0=1."),
        ("foo", "it has no value", "write foo=VALUE."),
        ("x=#h", "must be quoted", "to mean this very text, quote it: -S \"x='#h'\"."),
        ("x=a=b", "is not an override", "to mean this very text, quote it: -S \"x='a=b'\"."),
        ("clé=1", "only ASCII keys", "change it in the params file."),
        ("=1", "names no key", "write key=value."),
        ("a@b=1", "config groups", None),
        ("a=1,2", "several values", "quote it to mean one text with commas: -S \"a='a,b'\"."),
        (
            "a=interval(1,2)",
            "no end of values",
            "use range(start, stop, step) or choice(…), or `--random N` to draw from it.",
        ),
        ("a=glob(x)", "config groups", "name the values: key=a,b,c."),
        ("a=int(z)", "invalid literal for int()", "to mean this very text, quote it: -S \"a='int(z)'\"."),
    ],
)
def test_what_is_refused_says_what_to_type_instead(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(ExpError) as caught:
        parse_overrides([text])
    assert message in caught.value.message
    assert caught.value.hint == hint


def test_plain_overrides_load_neither_hydra_nor_omegaconf() -> None:
    code = (
        "import sys; from gitexp.pipeline.override.overrides import parse_overrides, expand_sweep;"
        "from gitexp.pipeline.edit.params import apply_overrides;"
        "some = parse_overrides(['lr=0.1', \"l=['a b',2]\", '+n=x']);"
        "apply_overrides('params.yaml', b'lr: 1\\nl: [1]\\n', some);"
        "expand_sweep(['lr=0.1,0.2', 'l=[1,2]']);"
        "print([n for n in ('hydra', 'omegaconf', 'antlr4', 'ruamel', 'tomlkit') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# -- the fast reader against Hydra ------------------------------------------------------------------------

NUMBERS = [
    "0",
    "1",
    "01",
    "7.",
    ".5",
    "1e",
    "1e5",
    "1E-3",
    "1_0",
    "1__0",
    "_1",
    "0x1F",
    "nan",
    "inf",
    "-inf",
    "NaN",
]
WORDS = ["a", "b", "lr", "x-1", "_k", "true", "TRUE", "false", "null", "Null", "nullx", "yes", "é", "12:30"]
SIGNS = list("-+./:$%@?*|'\"[],={}()~#\\ \t") + ["${", "${a}", "  "]
WHOLE = [
    "[1,2]",
    "'q'",
    '"d"',
    "a,b",
    "1,2",
    "[a,'b']",
    "http://x.org/y?z=1",
    "2024-01-02",
    "' '",
    "','",
    "''",
]
PIECES = st.sampled_from(NUMBERS + WORDS + SIGNS + WHOLE)
VALUES = st.lists(PIECES, max_size=5).map("".join) | st.text(max_size=6) | st.floats().map(repr)
KEYS = st.sampled_from(
    ["a", "a.b", "a.0", "a.00", "a.b-c.d_1", "_x", "1", "a.", ".a", "a..b", "a/b", "$x", "a b", "é", "a[0]"]
)
TEXTS = st.builds(
    "{}{}{}{}".format, st.sampled_from(["", "+", "++", "~"]), KEYS, st.sampled_from(["=", "=", ""]), VALUES
)


@given(TEXTS)
@settings(max_examples=800, deadline=None)
def test_the_fast_reader_reads_what_hydra_reads(text: str) -> None:
    try:
        fast = read_plain(text)
    except NotPlain:
        return  # Hydra will tell
    slow = read_with_hydra(text)
    assert (fast.kind, fast.key, fast.has_value) == (slow.kind, slow.key, slow.has_value)
    if fast.choices is None:
        assert slow.choices is None
        assert same(fast.value, slow.value)
    else:
        assert slow.choices is not None
        typed = [read_with_hydra(f"a={choice}").value for choice in fast.choices]
        assert same(typed, [read_with_hydra(f"a={choice}").value for choice in slow.choices])


# -- what overrides do, against Hydra and OmegaConf --------------------------------------------------------

SCALARS = st.sampled_from([None, True, 0, 1, -2.5, "s", "1", ""])
NAMES = st.sampled_from(["a", "b", "c"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
FILES = st.dictionaries(NAMES, TREES, max_size=3)
WRITTEN = st.sampled_from(
    ["1", "x", "null", "true", "[]", "[1,2]", "[{a:1}]", "{}", "{a:1}", "{b:{c:2}}", "{a:[1],c:null}", "''"]
)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "0", "1"]), min_size=1, max_size=3).map(".".join)
OVERRIDES = st.builds("{}{}={}".format, st.sampled_from(["", "", "+", "++"]), PATHS, WRITTEN) | st.builds(
    "~{}".format, PATHS
)


def by_hydra(values: dict[str, Any], texts: list[str]) -> Any:
    """What Hydra makes of it, None where it refuses."""
    try:
        config = OmegaConf.create(values, flags={"allow_objects": True})
        OmegaConf.set_struct(config, True)
        ConfigLoaderImpl._apply_overrides_to_config(OverridesParser.create().parse_overrides(texts), config)
        return OmegaConf.to_object(config)
    except (HydraException, ValueError, TypeError, AssertionError, AttributeError):
        return None


@given(FILES, st.lists(OVERRIDES, min_size=1, max_size=3))
@settings(max_examples=500, deadline=None)
def test_overrides_do_what_hydra_does(values: dict[str, Any], texts: list[str]) -> None:
    try:
        overrides = parse_overrides(texts)
    except ExpError:
        return  # '0=1' is no key
    expected = by_hydra(values, texts)
    if expected is None:
        return  # some of what Hydra refuses is allowed here: deleting a null, an element of a list
    assert same(overridden(values, overrides), expected)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("lr=1", "params.yaml has no 'lr'.", "did you mean train.lr? -S '+lr=1' adds it."),
        (
            "train.lrr=1",
            "params.yaml has no 'train.lrr'.",
            "did you mean train.lr? -S '+train.lrr=1' adds it.",
        ),
        ("x.y=1", "params.yaml has no 'x.y'.", "-S '+x.y=1' adds it."),
        ("~nosuch", "params.yaml has no 'nosuch'.", None),
        ("+train.lr=4", "params.yaml already has 'train.lr'.", "-S 'train.lr=4' changes it."),
        ("~train.lr=4", "but 'train.lr' is 0.1 in params.yaml.", "-S '~train.lr' deletes whatever is there."),
        ("layers.7=1", "has no element '7': it has 2, counted from 0.", None),
        ("layers={a:1}", "'layers' is a list in params.yaml and can't take a dict.", "delete it first"),
        ("train={x:1}", "params.yaml has no 'train.x'.", "adds it."),
        ("train.lr='${no.such}'", "can't be resolved against params.yaml", None),
    ],
)
def test_a_change_that_does_not_fit_is_explained(text: str, message: str, hint: str | None) -> None:
    with pytest.raises(ExpError) as caught:
        overridden({"train": {"lr": 0.1}, "layers": [1, 2]}, parse_overrides([text]))
    assert message in caught.value.message
    assert (caught.value.hint or "").endswith(hint or "") or hint in (caught.value.hint or "")
    assert (hint is None) == (caught.value.hint is None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=${b.c}", "hello"),
        ("a='x ${b.c} ${n}'", "x hello 3"),
        ("a=${b}", {"c": "hello"}),
        ("a=[${n},{k: ${n}}]", [3, {"k": 3}]),
        ("+a.deep=${n}", {"deep": 3}),
    ],
)
def test_interpolations_are_resolved_against_the_file(text: str, value: Any) -> None:
    result = overridden({"a": 1, "b": {"c": "hello"}, "n": 3, "kept": "${a}"}, parse_overrides([text]))
    assert same(result["a"], value)
    assert result["kept"] == "${a}"


def test_what_an_alias_shares_changes_in_one_place_only() -> None:
    shared = [1, 2]
    assert overridden({"x": shared, "y": shared}, parse_overrides(["y.0=9"])) == {"x": [1, 2], "y": [9, 2]}
    assert shared == [1, 2]
