"""`exp push`, `pull`, `fetch`, `undo`, `save`, `verify`, `rebase` as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.cli import main
from tests.experiment.lab import Lab, make_lab
from tests.programs import git

Said = pytest.CaptureFixture[str]


@pytest.fixture
def lab(work: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A project with a Git remote, a data remote and one experiment; the current folder is in it."""
    store = f"[core]\n    remote = store\n['remote \"store\"']\n    url = {work / 'store'}\n"
    lab = make_lab(work / "project", **{".dvc/config": store})
    git(work, "clone", "-q", "--bare", "project", "hub.git")
    lab.git("remote", "add", "origin", str(work / "hub.git"))
    lab.one("train.lr=0.2")
    monkeypatch.chdir(lab.path)
    return lab


def test_push_says_what_went_where(lab: Lab, capsys: Said) -> None:
    assert main(["push", "origin", "one"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Pushed experiment one to Git remote 'origin'."
    assert second.startswith("2 files pushed (")
    assert main(["push", "origin"]) == 0
    assert capsys.readouterr().out == "Experiment one is up to date on Git remote 'origin'.\n"
    assert main(["push", "origin", "--rev", "HEAD", "--no-cache", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_pull_brings_what_apply_needs_and_touches_no_file(
    lab: Lab, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    assert main(["push", "origin"]) == 0
    git(work, "clone", "-q", "hub.git", "clone")
    monkeypatch.chdir(work / "clone")
    assert main(["list", "origin", "--name-only"]) == 0
    capsys.readouterr()
    assert main(["pull", "origin"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Pulled experiment one from Git remote 'origin'."
    assert second.startswith("2 files fetched (")
    assert git(work / "clone", "status", "--porcelain") == ""
    assert main(["apply", "one"]) == 0
    assert "lr: 0.2" in (work / "clone/model.txt").read_text()


def test_fetch_leaves_the_data_where_it_is(
    lab: Lab, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    assert main(["push", "origin"]) == 0
    git(work, "clone", "-q", "hub.git", "clone")
    monkeypatch.chdir(work / "clone")
    capsys.readouterr()
    assert main(["fetch", "origin", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["moved"]] == ["one"]
    assert not (work / "clone/.dvc/cache").exists()


def test_nothing_to_push_and_an_unknown_remote(lab: Lab, capsys: Said) -> None:
    assert main(["push", "nowhere"]) == 1
    assert "error: Git remote 'nowhere'" in capsys.readouterr().err
    assert main(["remove", "-A"]) == 0
    capsys.readouterr()
    assert main(["push", "origin"]) == 0
    assert capsys.readouterr().out == "No experiments to push.\n"


def test_a_refused_push_is_exit_code_1_and_says_what_to_do(lab: Lab, capsys: Said) -> None:
    assert main(["push", "origin"]) == 0
    lab.run("train.lr=0.9", name="one", force=True)
    assert main(["push", "origin"]) == 1
    said = capsys.readouterr().err
    assert "a different experiment 'one' is on Git remote 'origin'" in said
    assert "`exp rename one NEW-NAME` keeps both" in said
    assert main(["push", "-f", "origin"]) == 0


def test_credentials_are_named_before_the_push(lab: Lab, capsys: Said) -> None:
    lab.write(".env", "TOKEN=1\n")
    lab.one("train.lr=0.3", name="two")
    assert main(["push", "origin"]) == 0
    assert "look like credentials" in (said := capsys.readouterr().err)
    assert "  .env in two" in said


def test_remove_and_rename_on_the_remote(lab: Lab, capsys: Said) -> None:
    assert main(["push", "origin"]) == 0
    assert main(["rename", "-g", "origin", "one", "two"]) == 0
    assert main(["remove", "-g", "origin", "two"]) == 0
    capsys.readouterr()
    assert main(["undo", "--list"]) == 0
    assert [line.split("ago  ")[1] for line in capsys.readouterr().out.splitlines()] == [
        "remove -g origin two",
        "rename -g origin one two",
    ]
    assert main(["undo", "2"]) == 1
    assert main(["undo"]) == 0
    assert main(["undo"]) == 0
    assert git(lab.path, "ls-remote", "origin", "refs/exps/*").endswith("/one")


def test_save_verify_and_rebase(lab: Lab, capsys: Said) -> None:
    assert main(["save", "-n", "saved", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ref"] == lab.git("rev-parse", f"{saved_ref(lab)}")
    assert main(["verify", "one", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["reproducible"] is True
    lab.git("commit", "-q", "--allow-empty", "-m", "later")
    assert main(["rebase", "one"]) == 0
    assert main(["list", "--name-only"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "one"
    assert main(["rebase", "nosuch"]) == 1


def saved_ref(lab: Lab) -> str:
    return next(ref for ref in lab.refs() if ref.endswith("/saved"))


def test_a_baseline_that_was_amended_says_what_became_of_it(lab: Lab, capsys: Said) -> None:
    lab.write("README", "new\n")
    lab.git("add", "-A")
    lab.git("commit", "-q", "--amend", "--no-edit")
    assert main(["list", "-A"]) == 0
    assert "(now main):\n" in capsys.readouterr().out
    assert main(["show", "-A", "--no-pager"]) == 0
    assert "(now main)" in capsys.readouterr().out
    assert main(["rebase"]) == 0
    assert main(["list"]) == 0
    assert "[one]" in capsys.readouterr().out
