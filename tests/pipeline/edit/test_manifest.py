"""Stages added to dvc.yaml: the text that DVC writes, and every comment kept."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.edit.manifest import add_stage, freeze_stage, remove_stage, unfreeze_stage
from gitexp.pipeline.edit.stage_spec import OutSpec, StageSpec, parse_param_options
from gitexp.pipeline.stage import OutKind
from gitexp.pipeline.yaml import parse_yaml

METRIC, PLOT = OutKind.METRIC, OutKind.PLOT

EVERYTHING = StageSpec(
    "s1",
    "echo 1 > out1 && echo 2 > out2",
    deps=("dep.txt",),
    params=parse_param_options(["a,b.c", "p2.yaml:x"]),
    outs=(
        OutSpec("out1"),
        OutSpec("out2", cache=False),
        OutSpec("op", persist=True),
        OutSpec("opn", cache=False, persist=True),
        OutSpec("m1.json", METRIC),
        OutSpec("m2.json", METRIC, cache=False),
        OutSpec("p1.csv", PLOT),
        OutSpec("p2.csv", PLOT, cache=False),
    ),
    desc="desc",
    always_changed=True,
)

# What `dvc stage add` 3.67.1 wrote for the same options.
EVERYTHING_TEXT = """\
stages:
  s1:
    desc: desc
    cmd: echo 1 > out1 && echo 2 > out2
    deps:
    - dep.txt
    params:
    - a
    - b.c
    - p2.yaml:
      - x
    outs:
    - op:
        persist: true
    - opn:
        cache: false
        persist: true
    - out1
    - out2:
        cache: false
    metrics:
    - m1.json
    - m2.json:
        cache: false
    plots:
    - p1.csv
    - p2.csv:
        cache: false
    always_changed: true
"""


def added(text: str | None, spec: StageSpec, force: bool = False) -> str:
    return add_stage(None if text is None else text.encode(), spec, force).decode()


@pytest.mark.parametrize("text", [None, "", "# only words\n"])
def test_every_option_gives_the_text_that_dvc_writes(text: str | None) -> None:
    assert added(text, EVERYTHING) == (text or "") + EVERYTHING_TEXT


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (
            ["z:,b", "zz.yaml:", "b.json:k", "a", "z", "params.yaml:q", "a:x,w"],
            "- a\n- q\n- z\n- a:\n  - w\n  - x\n- b.json:\n  - k\n- z:\n  - b\n- zz.yaml:\n",
        ),
        (
            ["params.yaml:", "zz.yaml:b,a", "b.py:"],
            "- b.py:\n- params.yaml:\n- zz.yaml:\n  - a\n  - b\n",
        ),
    ],
)
def test_params_are_sorted_as_dvc_sorts_them(options: list[str], lines: str) -> None:
    text = added(None, StageSpec("s", "cmd", params=parse_param_options(options)))
    indented = "".join(f"    {line}\n" for line in lines.splitlines())
    assert text == f"stages:\n  s:\n    cmd: cmd\n    params:\n{indented}"


def test_paths_are_sorted_and_kept_as_typed() -> None:
    spec = StageSpec("s", "cmd", wdir="sub", deps=("./z//y", "a/", "../x"), outs=(OutSpec("./o1/"),))
    assert added(None, spec) == (
        "stages:\n  s:\n    cmd: cmd\n    wdir: sub\n    deps:\n    - ../x\n    - ./z//y\n    - a/\n"
        "    outs:\n    - ./o1/\n"
    )


B = StageSpec("b", "cp a.txt b.txt", deps=("a.txt",), outs=(OutSpec("b.txt"),))
B_LINES = "  b:\n    cmd: cp a.txt b.txt\n    deps:\n    - a.txt\n    outs:\n    - b.txt\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "# head\nstages:\n  # about a\n  a:\n    cmd: x   # why\n    outs:\n    - a.txt\n\n",
            "plots:   # pl\n- a.txt:\n    x: k\n",
        ),
        ("stages:\n  a:\n    cmd: x\n    outs:\n      - deep   # indented dash\n", ""),
        ("stages:\n  a: {cmd: x}\n", ""),
        ("stages:\n  a:\n    cmd: x\n  # c: switched off\n", "# the plots\nplots: [p]\n"),
        ("vars:\n- v: 1\n", None),
    ],
)
def test_a_new_stage_goes_after_the_last_and_nothing_else_changes(before: str, after: str | None) -> None:
    if after is None:  # no stages yet
        assert added(before, B) == before + "stages:\n" + B_LINES
    else:
        assert added(before + after, B) == before + B_LINES + after


def test_wider_indentation_and_windows_line_ends_stay() -> None:
    text = "stages:\r\n    a:\r\n        cmd: x\r\n"
    result = added(text, StageSpec("b", "y"))
    assert result == text + "    b:\r\n      cmd: y\r\n"


@pytest.mark.parametrize("text", ["stages:\n", "stages: {}\n", "stages: {a: {cmd: x}}\n"])
def test_stages_that_have_no_lines_of_their_own_take_a_new_one(text: str) -> None:
    assert parse_yaml(added(text, StageSpec("b", "y")).encode(), "")["stages"]["b"] == {"cmd": "y"}


def test_a_missing_last_line_end_is_added() -> None:
    assert added("stages:\n  a:\n    cmd: x", StageSpec("b", "y")) == (
        "stages:\n  a:\n    cmd: x\n  b:\n    cmd: y\n"
    )


OLD = """\
stages:
  # about a
  a:
    desc: my desc   # dc
    meta: {who: me}
    cmd: old   # why
    deps: [x]
    outs:
    - a.txt:
        cache: false
        desc: outdesc
    - b.txt
  z:
    cmd: z   # kept
"""


def test_force_replaces_what_runs_and_keeps_what_describes() -> None:
    text = added(OLD, StageSpec("a", "new", deps=("new.txt",), outs=(OutSpec("a.txt"),)), force=True)
    assert text == (
        "stages:\n  # about a\n  a:\n    desc: my desc   # dc\n    meta: {who: me}\n    cmd: new   # why\n"
        "    deps: [new.txt]\n    outs:\n    - a.txt:\n        desc: outdesc\n  z:\n    cmd: z   # kept\n"
    )


def test_a_taken_name_is_refused_without_force() -> None:
    with pytest.raises(ExpError, match="stage 'a' already exists in 'dvc.yaml'"):
        added(OLD, StageSpec("a", "new"))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (StageSpec("", "x"), "needs a name"),
        (StageSpec("a/b", "x"), "'/' is not allowed"),
        (StageSpec("a@b", "x"), "'@' is not allowed"),
        (StageSpec("a", " "), "needs a command"),
        (StageSpec("a", "x", deps=("d", "d")), "'d' is given more than once"),
        (StageSpec("a", "x", outs=(OutSpec("o"), OutSpec("o", METRIC))), "'o' is given more than once"),
        (StageSpec("a", "x", deps=("o",), outs=(OutSpec("o"),)), "as an output and as a dependency"),
    ],
)
def test_a_stage_that_makes_no_sense_is_refused(spec: StageSpec, message: str) -> None:
    with pytest.raises(ExpError) as caught:
        added(None, spec)
    assert message in caught.value.message


def test_names_with_spaces_and_accents_are_fine() -> None:
    assert set(parse_yaml(added(None, StageSpec("é tape-1_x", "x")).encode(), "")["stages"]) == {"é tape-1_x"}


def test_a_removed_stage_takes_only_its_own_lines() -> None:
    assert remove_stage(OLD.encode(), "z").decode() == OLD.replace("  z:\n    cmd: z   # kept\n", "")
    assert parse_yaml(remove_stage(b"stages:\n  a:\n    cmd: x\n", "a"), "") == {"stages": {}}


def test_freezing_and_unfreezing_gives_the_same_text_back() -> None:
    frozen = freeze_stage(OLD.encode(), "z").decode()
    assert frozen == OLD + "    frozen: true\n"
    assert unfreeze_stage(frozen.encode(), "z").decode() == OLD


def test_freezing_a_foreach_group_freezes_what_it_does() -> None:
    text = b"stages:\n  g:\n    foreach: [1, 2]\n    do:\n      cmd: echo ${item}\n"
    assert freeze_stage(text, "g") == text + b"      frozen: true\n"


def test_an_unknown_stage_names_the_near_one() -> None:
    with pytest.raises(ExpError) as caught:
        freeze_stage(b"stages:\n  train:\n    cmd: x\n", "trian")
    assert caught.value.hint == "did you mean train?"
