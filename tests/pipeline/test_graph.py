"""Edges from paths, and what no pipeline may have: two makers of a path, overlaps, circles."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from tests.pipeline.memory import graph_of


def edges(text: str, **more: str) -> dict[str, tuple[str, ...]]:
    files = {"dvc.yaml": text, **{name.replace("__", "/").replace("_", "."): t for name, t in more.items()}}
    return {address: ups for address, ups in graph_of(files).upstream.items() if ups}


def error_of(text: str, **more: str) -> str:
    with pytest.raises(ExpError) as caught:
        edges(text, **more)
    return caught.value.message


def test_a_dep_joins_to_the_out_it_is_lies_in_or_contains() -> None:
    text = """\
stages:
  user: {cmd: x, deps: [file, folder/deep/one, whole]}
  file: {cmd: x, outs: [./file]}
  folder: {cmd: x, outs: [folder/]}
  inner: {cmd: x, outs: [whole/a/b]}
  other: {cmd: x, outs: [whole/c, wholesale, folders]}
"""
    assert edges(text) == {"user": ("file", "folder", "inner", "other")}
    assert graph_of({"dvc.yaml": text}).downstream["inner"] == ("user",)
    assert graph_of({"dvc.yaml": text}).producers["whole/a/b"] == "inner"


def test_a_dep_on_the_whole_root_joins_to_every_out_in_it() -> None:
    text = "stages:\n  a: {cmd: x, outs: [o, d/p, {../q: {cache: false}}]}\n  b: {cmd: x, deps: [.]}\n"
    assert edges(text) == {"b": ("a",)}
    assert edges("stages:\n  a: {cmd: x, outs: [{../q: {cache: false}}]}\n  b: {cmd: x, deps: [.]}\n") == {}


def test_a_params_file_joins_too() -> None:
    text = "stages:\n  a: {cmd: x, outs: [p.yaml]}\n  b: {cmd: x, params: [{p.yaml: [k]}]}\n"
    assert edges(text) == {"b": ("a",)}


def test_dvc_files_and_other_folders_are_nodes() -> None:
    text = "stages: {a: {cmd: x, deps: [data/x, sub/o]}}\n"
    assert edges(
        text, data_dvc="outs: [{path: data}]\n", sub__dvc_yaml="stages: {in: {cmd: y, outs: [o]}}\n"
    ) == {"a": ("data.dvc", "sub/dvc.yaml:in")}


def test_an_import_is_not_joined_to_a_path_of_the_same_name() -> None:
    imported = "frozen: true\ndeps: [{path: d, repo: {url: ../r}}]\nouts: [{path: d}]\n"
    assert edges("stages: {a: {cmd: x}}\n", d_dvc=imported) == {}


def test_urls_join_when_they_are_equal() -> None:
    text = "stages:\n  a: {cmd: x, outs: [{s3://b/k: {cache: false}}]}\n  b: {cmd: x, deps: ['s3://b/k']}\n"
    assert edges(text) == {"b": ("a",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "stages:\n  a: {cmd: x, outs: [o]}\n  b: {cmd: x, outs: [./o]}\n",
            "'o' is an out of two stages: 'a' (dvc.yaml:2) and 'b' (dvc.yaml:3).",
        ),
        ("stages:\n  a: {cmd: x, outs: [o], metrics: [o]}\n", "dvc.yaml:2: 'o' is listed as an out twice."),
        (
            "stages:\n  a: {cmd: x, outs: [d]}\n  b: {cmd: x, outs: [d/x]}\n",
            "outs overlap: 'd/x' of 'b' (dvc.yaml:3) lies inside 'd' of 'a' (dvc.yaml:2).",
        ),
        (
            "stages:\n  b: {cmd: x, outs: [d/e/x]}\n  a: {cmd: x, outs: [d]}\n",
            "outs overlap: 'd/e/x' of 'b' (dvc.yaml:2) lies inside 'd' of 'a' (dvc.yaml:3).",
        ),
        ("stages:\n  a: {cmd: x, outs: [.]}\n", "dvc.yaml lies inside '.', an out of 'a'."),
        (
            "stages:\n  a: {cmd: x, deps: [d], outs: [d/o]}\n",
            "dvc.yaml:2: stage 'a' depends on an out of its own.",
        ),
        (
            "stages:\n  a: {cmd: x, deps: [c], outs: [a]}\n  b: {cmd: x, deps: [a], outs: [b]}\n"
            "  c: {cmd: x, deps: [b], outs: [c]}\n",
            "stages depend on each other in a circle: 'a' -> 'c' -> 'b' -> 'a' "
            "(dvc.yaml:2, dvc.yaml:4, dvc.yaml:3).",
        ),
    ],
)  # fmt: skip
def test_a_bad_graph_names_the_stages_and_their_lines(text: str, message: str) -> None:
    assert error_of(text) == message


def test_a_manifest_inside_an_out_of_a_later_folder_is_refused() -> None:
    message = error_of(
        "stages: {}\n",
        zz__dvc_yaml="stages: {a: {cmd: x, outs: ['../aa']}}\n",
        aa__dvc_yaml="stages: {b: {cmd: x}}\n",
    )
    assert message == "aa/dvc.yaml lies inside '../aa', an out of 'zz/dvc.yaml:a'."


def test_a_long_chain_needs_no_recursion() -> None:
    stages = "".join(f"  s{i}: {{cmd: x, deps: [o{i + 1}], outs: [o{i}]}}\n" for i in range(3000))
    assert len(edges(f"stages:\n{stages}")) == 2999
