"""`exp apply`, `branch`, `rename`, `remove` as typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.cli import main
from tests.experiment.lab import Lab, make_lab


@pytest.fixture
def lab(work: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab = make_lab(work / "project")
    monkeypatch.chdir(lab.path)
    lab.one("train.lr=0.2")
    return lab


def names(lab: Lab) -> list[str]:
    return [ref.rpartition("/")[2] for ref in lab.refs() if ref.startswith("refs/exps/")]


def test_apply_says_what_changed(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "one"]) == 0
    assert capsys.readouterr().out == (
        "Applied one to the workspace: 4 files, 2 cached outs changed. Branch and index are as they were.\n"
    )


def test_apply_says_how_to_get_back_what_it_overwrote(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.edit("params.yaml", lambda text: text.replace("0.1", "0.77"))
    assert main(["apply", "one"]) == 0
    command = next(line for line in capsys.readouterr().err.splitlines() if "exp apply" in line)
    assert main(command.split()[1:]) == 0
    assert "0.77" in (lab.path / "params.yaml").read_text()


def test_an_unknown_name_names_the_near_one(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["apply", "onee"]) == 1
    assert "did you mean `one`?" in capsys.readouterr().err


def test_branch(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["branch", "one", "feature"]) == 0
    assert "git switch feature" in capsys.readouterr().err
    assert main(["branch", "one", "feature"]) == 1
    assert lab.git("log", "-1", "--format=%s", "feature") == "exp one: train.lr=0.2"


def test_rename(lab: Lab) -> None:
    assert main(["rename", "one", "two"]) == 0
    assert names(lab) == ["two"]
    assert main(["rename", "one", "three"]) == 1


def test_remove_can_be_undone(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "one"]) == 0
    assert names(lab) == []
    command = capsys.readouterr().out.splitlines()[-1].partition("exp ")[2]
    assert main(command.split()) == 0
    assert names(lab) == ["one"]
    assert main(["undo", "--list"]) == 0
    assert "There is nothing to take back." in capsys.readouterr().out


def test_remove_of_a_revision_and_of_all(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    lab.git("commit", "-q", "--allow-empty", "-m", "later")
    lab.one(name="later")
    assert main(["remove", "--rev", "HEAD"]) == 0
    assert names(lab) == ["one"]
    assert main(["remove", "-A"]) == 0
    assert main(["remove", "-A"]) == 0
    assert "No experiments to remove." in capsys.readouterr().out
    assert main(["remove"]) == 1
