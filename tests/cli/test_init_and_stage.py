"""`exp init`, `exp stage add`, `exp stage list`: what is typed and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.cli.stage_add import joined
from gitexp.errors import Exit
from gitexp.pipeline.yaml import parse_yaml
from tests.repos import make_project, make_repo, write_files

Captured = pytest.CaptureFixture[str]


def test_init_says_what_comes_next(work: Path, capsys: Captured) -> None:
    make_repo(work)
    assert main(["init"]) == Exit.DONE
    out, err = capsys.readouterr()
    assert f"Initialized a DVC project in {work.resolve()}\n" in out
    assert "exp stage add -n train" in err


def test_init_quiet_says_nothing_and_no_scm_is_refused(work: Path, capsys: Captured) -> None:
    make_repo(work)
    assert main(["init", "--no-scm"]) == Exit.FAILED
    assert "experiments are Git commits" in capsys.readouterr().err
    assert main(["init", "-q"]) == Exit.DONE
    assert capsys.readouterr() == ("", "")


def test_stage_add_takes_every_option_and_then_the_command(work: Path, capsys: Captured) -> None:
    make_project(work)
    options = (
        "-n s -d dep.txt -p a,b.c -p p2.yaml:x -o out1 -O out2 --outs-persist op --outs-persist-no-cache opn "
        "-m m1.json -M m2.json --plots p1.csv --plots-no-cache p2.csv --desc desc --always-changed"
    )
    write_files(work, {"p2.yaml": "x: 1\n"})
    assert main(["stage", "add", *options.split(), "python", "a b.py", "--out", "-v"]) == Exit.DONE
    stage = parse_yaml((work / "dvc.yaml").read_bytes(), "dvc.yaml")["stages"]["s"]
    assert stage == {
        "desc": "desc",
        "cmd": 'python "a b.py" --out -v',
        "deps": ["dep.txt"],
        "params": ["a", "b.c", {"p2.yaml": ["x"]}],
        "outs": [
            {"op": {"persist": True}},
            {"opn": {"cache": False, "persist": True}},
            "out1",
            {"out2": {"cache": False}},
        ],
        "metrics": ["m1.json", {"m2.json": {"cache": False}}],
        "plots": ["p1.csv", {"p2.csv": {"cache": False}}],
        "always_changed": True,
    }
    assert capsys.readouterr().out == (
        "Added stage 's' in 'dvc.yaml'\n\n"
        "To track the changes with git, run:\n\n\tgit add dvc.yaml .gitignore\n"
    )


def test_stage_add_names_files_as_seen_from_here(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    make_project(work, {"a b/x": ""})
    monkeypatch.chdir(work / "a b")
    assert main(["stage", "add", "-n", "s", "-o", "o", "-w", "..", "cmd"]) == Exit.DONE
    out = capsys.readouterr().out
    assert "Added stage 's' in 'dvc.yaml'" in out
    assert "git add dvc.yaml ../.gitignore" in out


def test_stage_add_run_runs_it(work: Path) -> None:
    make_project(work, {"first": ""})
    assert main(["stage", "add", "-q", "-n", "s", "-o", "o", "--run", "echo hi > o"]) == Exit.DONE
    assert (work / "o").read_text() == "hi\n"
    assert (work / "dvc.lock").exists()
    assert main(["stage", "add", "-q", "-n", "bad", "--run", "exit 3"]) == Exit.FAILED


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], ""),
        (["python x.py  'a b'"], "python x.py  'a b'"),
        (["echo", "a b", 'c"d', "", "it's", 'x "y"'], 'echo "a b" c"d "" it\'s x "y"'),
    ],
)
def test_the_words_of_a_command_are_joined_as_dvc_joins_them(words: list[str], line: str) -> None:
    assert joined(words) == line


STAGES = """\
stages:
  train:
    desc: |

      Fit the model.
      With care.
    cmd: train
    deps: [d]
    outs: [model]
  eval:
    cmd: eval
    deps: [model]
    metrics: [m.json]
    outs: [e]
  look:
    cmd: look
    deps: [model]
    params: [lr]
  alone:
    cmd: alone
"""


@pytest.fixture
def project(work: Path) -> Path:
    return make_project(
        work, {"dvc.yaml": STAGES, "sub/dvc.yaml": "stages:\n  s:\n    cmd: s\n", "params.yaml": "lr: 1\n"}
    )


def test_stage_list_says_what_each_is_about(project: Path, capsys: Captured) -> None:
    assert main(["stage", "list"]) == Exit.DONE
    assert capsys.readouterr().out == (
        "train  Fit the model.\n"
        "eval   Outputs e; Reports m.json\n"
        "look   Depends on model, params.yaml\n"
        "alone  No outputs or dependencies\n"
    )


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (["--name-only"], ["train", "eval", "look", "alone"]),
        (["--name-only", "--all"], ["train", "eval", "look", "alone", "sub/dvc.yaml:s"]),
        (["--name-only", "sub/dvc.yaml", "eval"], ["sub/dvc.yaml:s", "eval"]),
        (["--name-only", "-R", "sub"], ["sub/dvc.yaml:s"]),
    ],
)
def test_stage_list_names(project: Path, argv: list[str], names: list[str], capsys: Captured) -> None:
    assert main(["stage", "list", *argv]) == Exit.DONE
    assert capsys.readouterr().out.splitlines() == names


def test_stage_list_json(project: Path, capsys: Captured) -> None:
    assert main(["stage", "list", "--json", "eval", "look"]) == Exit.DONE
    first, second = json.loads(capsys.readouterr().out)["stages"]
    assert (first["name"], first["deps"], first["outs"], first["metrics"]) == (
        "eval",
        ["model"],
        ["e"],
        ["m.json"],
    )
    assert second["params"] == {"params.yaml": ["lr"]}


def test_stage_list_without_a_dvc_yaml_here(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (project / "empty").mkdir()
    monkeypatch.chdir(project / "empty")
    assert main(["stage", "list"]) == Exit.DONE
    assert capsys.readouterr() == ("", "No stages. `exp stage add -n NAME COMMAND` adds one.\n")
