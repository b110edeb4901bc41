"""Targets, and DVC's order of execution."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.select import address_from, find, select, split_target
from tests.pipeline.memory import graph_of

# What real DVC 3.67 runs for these stages, in its order, is what the tests expect.
PIPELINE = """\
stages:
  e: {cmd: x, deps: [d, f/x]}
  d: {cmd: x, deps: [b, c], outs: [d]}
  b: {cmd: x, deps: [a], outs: [b]}
  c: {cmd: x, deps: [a/in], outs: [c]}
  a: {cmd: x, outs: [a]}
  f: {cmd: x, deps: [g], outs: [f/x, f/y]}
  g: {cmd: x, frozen: true, deps: [h], outs: [g]}
  h: {cmd: x, outs: [h]}
  z: {cmd: x, deps: [f]}
  lone:
    foreach: [u, v]
    do: {cmd: x}
"""
FILES = {
    "dvc.yaml": PIPELINE,
    "sub/dvc.yaml": "stages: {in: {cmd: x, deps: [../data], outs: [o]}, top: {cmd: x, deps: [../d]}}\n",
    "data.dvc": "outs: [{path: data}]\n",
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return graph_of(FILES)


def run(graph: Graph, *targets: str, cwd: str = "", **flags: bool) -> str:
    return " ".join(stage.address for stage in select(graph, targets, cwd, **flags))


def test_without_targets_the_manifest_here_and_all_it_needs(graph: Graph) -> None:
    assert run(graph) == "a b c d g f e h z lone@u lone@v"
    assert run(graph, cwd="sub") == "data.dvc a b c d sub/dvc.yaml:in sub/dvc.yaml:top"


def test_a_target_brings_what_it_needs_unless_it_is_frozen(graph: Graph) -> None:
    assert run(graph, "d") == "a b c d"
    assert run(graph, "f") == "g f"
    assert run(graph, "sub/dvc.yaml:in") == "data.dvc sub/dvc.yaml:in"


def test_flags_change_what_a_target_brings(graph: Graph) -> None:
    assert run(graph, "d", "a", single_item=True) == "d a"
    assert run(graph, "c", downstream=True) == "c d e sub/dvc.yaml:top"
    assert run(graph, "h", pipeline=True) == "h"
    assert run(graph, "data.dvc", pipeline=True) == "data.dvc sub/dvc.yaml:in"
    assert run(graph, "z", pipeline=True) == "a b c d g f e z sub/dvc.yaml:top"
    assert run(graph, all_pipelines=True).split() == [
        *["data.dvc", "a", "b", "c", "d", "g", "f", "e", "h", "z", "lone@u", "lone@v"],
        "sub/dvc.yaml:in",
        "sub/dvc.yaml:top",
    ]


def test_a_manifest_without_stages_stands_for_the_whole_project() -> None:
    graph = graph_of({"dvc.yaml": "metrics: [m]\n", "s/dvc.yaml": "stages: {a: {cmd: x}}\n"})
    assert run(graph) == "s/dvc.yaml:a"


def test_groups_globs_folders_and_files(graph: Graph) -> None:
    assert run(graph, "lone") == "lone@u lone@v"
    assert run(graph, "lone@v") == "lone@v"
    assert run(graph, "lone@*", "h", glob=True) == "h lone@u lone@v"
    assert run(graph, "../dvc.yaml:[gh]", glob=True, cwd="sub") == "g h"
    assert run(graph, "data.dvc") == "data.dvc"
    assert run(graph, "sub", recursive=True, single_item=True) == "sub/dvc.yaml:in sub/dvc.yaml:top"


def test_targets_are_relative_to_where_you_stand(graph: Graph) -> None:
    assert run(graph, "in", cwd="sub", single_item=True) == "sub/dvc.yaml:in"
    assert run(graph, "../dvc.yaml:h", cwd="sub") == "h"
    assert run(graph, "../data.dvc", cwd="sub") == "data.dvc"


def test_outputs_are_targets_only_where_that_is_allowed(graph: Graph) -> None:
    assert find(graph, "f/y", outs=True) == ("f",)
    assert find(graph, "../a/deep", "sub", outs=True) == ("a",)
    with pytest.raises(ExpError) as caught:
        select(graph, ["f/y"])
    assert caught.value.message == "'f/y' is an output, not a stage."
    assert caught.value.hint == "name the stage that makes it: 'f'."


@pytest.mark.parametrize(
    ("target", "cwd", "message", "hint"),
    [
        ("lnoe", "", "there is no stage 'lnoe' in dvc.yaml.", "did you mean 'lone'"),
        ("in", "", "there is no stage 'in' in dvc.yaml.", "sub/dvc.yaml:in"),
        ("nope/dvc.yaml", "", "there is no nope/dvc.yaml here", None),
        ("in", "other", "there is no other/dvc.yaml here, so 'in' names nothing.", "../sub/dvc.yaml:in"),
        ("dvc.lock", "", "'dvc.lock' is a lock file.", "'dvc.yaml'"),
    ],
)
def test_an_unknown_target_offers_near_ones(
    graph: Graph, target: str, cwd: str, message: str, hint: str | None
) -> None:
    with pytest.raises(ExpError) as caught:
        select(graph, [target], cwd)
    assert caught.value.message.startswith(message)
    if hint is not None:
        assert hint in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        ("train", ("dvc.yaml", "train")),
        ("dvc.yaml", ("dvc.yaml", None)),
        ("s/x.dvc", ("s/x.dvc", None)),
        ("s/dvc.yaml:train", ("s/dvc.yaml", "train")),
        (":train", ("dvc.yaml", "train")),
        ("a@b:c", ("dvc.yaml", "a@b:c")),
        ("s/dvc.yaml:a@b:c/d", ("s/dvc.yaml", "a@b:c/d")),
        ("C:\\x", ("dvc.yaml", "C:\\x")),
    ],
)
def test_a_target_is_a_file_a_name_or_both(target: str, parts: tuple[str, str | None]) -> None:
    assert split_target(target) == parts


def test_addresses_depend_on_where_you_stand(graph: Graph) -> None:
    inner, data, top = (graph.stages[name] for name in ("sub/dvc.yaml:in", "data.dvc", "a"))
    assert [address_from(stage) for stage in (inner, data, top)] == ["sub/dvc.yaml:in", "data.dvc", "a"]
    assert [address_from(stage, "sub") for stage in (inner, data, top)] == [
        "in",
        "../data.dvc",
        "../dvc.yaml:a",
    ]
    assert address_from(inner, "sub/deep") == "../dvc.yaml:in"
