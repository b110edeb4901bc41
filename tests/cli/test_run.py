"""`exp run` as typed: exit codes, what goes to stdout and stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.cli import main
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab = make_lab(work / "project")
    monkeypatch.chdir(lab.path)
    return lab


def test_a_run_reports_name_metrics_and_the_next_step(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-n", "one", "-S", "train.lr=0.2"]) == 0
    out, err = capsys.readouterr()
    assert "Experiment one" in out
    assert "size" in out
    assert "Next" not in out, "stdout has the answer"
    assert err.endswith("Next: exp apply one\n")


def test_quiet_prints_names_only(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-q", "-n", "grid", "-S", "train.lr=0.2,0.3"]) == 0
    assert capsys.readouterr().out == "grid-1\ngrid-2\n"


def test_json_is_one_object_a_line(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--json", "-n", "one"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["event"] == "started"
    assert lines[-1]["event"] == "result"
    assert lines[-1]["ref"].endswith("/one")


def test_a_failed_stage_is_named_with_its_last_lines(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "echo so far; exit 3; grep lr"))
    assert main(["run", "-n", "one"]) == 1
    err = capsys.readouterr().err
    assert "stage 'train' failed" in err
    assert "so far" in err
    assert "the whole log: " in err


def test_one_failure_of_a_sweep_is_exit_1(lab: Lab) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "(exit $(grep -c 0.3 params.yaml)) && grep lr"))
    assert main(["run", "-q", "-S", "train.lr=0.2,0.3"]) == 1


def test_apply_leaves_the_result_in_the_workspace(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-n", "one", "-S", "train.lr=0.2", "--apply"]) == 0
    assert "lr: 0.2" in (lab.path / "params.yaml").read_text()
    assert "Applied one to the workspace" in capsys.readouterr().out


def test_a_sweep_is_not_applied(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--apply", "-S", "train.lr=0.2,0.3"]) == 1
    assert "`--apply` takes one result" in capsys.readouterr().err
    assert not [ref for ref in lab.refs() if "exps" in ref]


def test_dry_says_what_would_run_and_why(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "-q", "-n", "one"]) == 0
    capsys.readouterr()
    assert main(["run", "--dry", "-n", "two", "-S", "train.lr=0.9"]) == 0
    out = capsys.readouterr().out
    assert "prepare" in out
    assert "train" in out
    assert "0.9" not in (lab.path / "params.yaml").read_text()
    assert [ref for ref in lab.refs() if ref.endswith("/two")] == []


def test_dry_in_json(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--dry", "--json", "-n", "one"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    plan = json.loads(line)
    assert (plan["event"], plan["name"]) == ("planned", "one")
    assert [step["stage"] for step in plan["steps"]] == ["prepare", "train", "evaluate"]


@pytest.mark.parametrize("name", ["a b", "a/b", ".hid", "a.lock"])
def test_a_bad_name_is_an_error(lab: Lab, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", f"--name={name}"]) == 1
    assert "can't be the name of an experiment" in capsys.readouterr().err


def test_targets_and_how_far_to_go(lab: Lab) -> None:
    assert main(["run", "-q", "-n", "base", "--apply"]) == 0
    assert main(["run", "-n", "one", "--single-item", "train", "-S", "train.lr=0.7"]) == 0
    assert main(["run", "-n", "two", "--downstream", "train", "-S", "train.lr=0.8"]) == 0
    assert main(["run", "-n", "all", "-P"]) == 0
    assert main(["run", "-n", "none", "nosuch"]) == 1
