"""The flags that say which stages run and on what terms, as typed, of `exp run` and `exp repro`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.errors import Exit
from tests.experiment.lab import Lab, make_lab
from tests.repos import commit_all, make_project

Captured = pytest.CaptureFixture[str]
Outcomes = dict[str, str]


@pytest.fixture
def lab(work: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    lab = make_lab(work / "project")
    monkeypatch.chdir(lab.path)
    return lab


def outcomes(capsys: Captured, *words: str, code: int = Exit.DONE) -> Outcomes:
    """How each stage of `exp WORDS` ended."""
    assert main([*words, "--json"]) == code
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return {line["stage"]: line["outcome"] for line in lines if line["event"] == "stage_ended"}


@pytest.mark.parametrize("command", ["run", "repro"])
def test_targets_may_be_patterns(lab: Lab, command: str, capsys: Captured) -> None:
    assert set(outcomes(capsys, command, "--glob", "pre*", "nothing-*", code=1)) == set()
    assert set(outcomes(capsys, command, "--glob", "pre*")) == {"prepare"}
    assert set(outcomes(capsys, command, "--glob", "*a*")) == {"prepare", "train", "evaluate"}


@pytest.mark.parametrize("command", ["run", "repro"])
def test_forced_downstream_and_no_run_cache(lab: Lab, command: str, capsys: Captured) -> None:
    assert set(outcomes(capsys, command).values()) == {"ran"}
    commit_all(lab.path)
    lab.edit("dvc.yaml", lambda text: text.replace("cat data.txt data.txt >", "cat data.txt  data.txt >"))
    assert outcomes(capsys, command, "--force-downstream") == {
        "prepare": "ran",
        "train": "ran",
        "evaluate": "ran",
    }
    (lab.path / "dvc.lock").unlink(missing_ok=True)
    assert set(outcomes(capsys, command, "--no-run-cache").values()) == {"ran"}


@pytest.mark.parametrize("command", ["run", "repro"])
def test_ignored_errors_count_as_done(lab: Lab, command: str, capsys: Captured) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "echo > model.txt; exit 3; grep lr"))
    assert outcomes(capsys, command, "--ignore-errors") == {
        "prepare": "ran",
        "train": "failed",
        "evaluate": "ran",
    }
    if command == "run":
        assert main(["list", "--name-only"]) == 0
        assert len(capsys.readouterr().out.split()) == 1


@pytest.mark.parametrize("command", ["run", "repro"])
def test_a_time_limit_fails_what_runs(lab: Lab, command: str, capsys: Captured) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "sleep 60; grep lr"))
    assert main([command, "-q", "--timeout", "0.7s"]) == Exit.FAILED
    err = capsys.readouterr().err
    assert "stage 'train' failed: timed out after 0.7s" in err
    assert err.count("error:") == 1


@pytest.mark.parametrize("command", ["run", "repro"])
def test_a_time_limit_must_be_a_time(lab: Lab, command: str, capsys: Captured) -> None:
    assert main([command, "--timeout", "soon"]) == Exit.USAGE
    assert "error: `--timeout`: 'soon' is no span of time" in capsys.readouterr().err


def test_a_stage_of_a_run_that_takes_too_long_is_kept_with_its_log(lab: Lab, capsys: Captured) -> None:
    meta = "    meta: {gitexp: {timeout: 0.3s}}\n    deps: [prepared.txt]"
    lab.edit("dvc.yaml", lambda text: text.replace("    deps: [prepared.txt]", meta))
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "echo begun; sleep 60; grep lr"))
    assert main(["run", "-q", "-n", "slow"]) == Exit.FAILED
    err = capsys.readouterr().err
    assert "timed out after 0.3s" in err
    log = Path(err.partition("the whole log: ")[2].strip())
    assert log.read_text().endswith("begun\ntimed out after 0.3s\n")
    assert [ref for ref in lab.refs() if ref.startswith("refs/gitexp/failed/")]


def test_uncommitted_outs_are_known_but_not_cached(lab: Lab, capsys: Captured) -> None:
    assert set(outcomes(capsys, "repro", "--no-commit").values()) == {"ran"}
    cache = lab.path / ".dvc/cache"
    assert not [path for path in cache.rglob("*") if path.is_file()]
    assert "md5" in (lab.path / "dvc.lock").read_text()
    assert main(["commit", "-f"]) == Exit.DONE
    assert [path for path in cache.rglob("*") if path.is_file()]
    capsys.readouterr()
    assert set(outcomes(capsys, "repro").values()) == {"unchanged"}


def test_missing_data_is_no_reason_when_that_is_allowed(lab: Lab, capsys: Captured) -> None:
    outcomes(capsys, "repro")
    (lab.path / "prepared.txt").unlink()
    assert set(outcomes(capsys, "repro", "--allow-missing").values()) == {"unchanged"}
    assert not (lab.path / "prepared.txt").exists()
    assert outcomes(capsys, "repro")["prepare"] == "cached"


def test_a_queued_run_keeps_its_terms(lab: Lab, capsys: Captured) -> None:
    lab.edit("dvc.yaml", lambda text: text.replace("grep lr", "echo > model.txt; exit 3; grep lr"))
    assert main(["run", "--queue", "-n", "later", "--ignore-errors", "--glob", "t*"]) == Exit.DONE
    assert main(["run", "--run-all"]) == Exit.DONE
    assert [ref for ref in lab.refs() if ref.endswith("/later") and ref.startswith("refs/exps/")]


def test_recursive_takes_the_stages_below_a_folder(work: Path, capsys: Captured) -> None:
    make_project(
        work,
        {
            "dvc.yaml": "stages:\n  top:\n    cmd: echo\n",
            "a/dvc.yaml": "stages:\n  one:\n    cmd: echo\n",
            "a/b/dvc.yaml": "stages:\n  two:\n    cmd: echo\n",
        },
    )
    assert set(outcomes(capsys, "repro", "-R", "a")) == {"a/dvc.yaml:one", "a/b/dvc.yaml:two"}
    assert set(outcomes(capsys, "run", "-R", "a/b")) == {"a/b/dvc.yaml:two"}
