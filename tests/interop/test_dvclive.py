"""A stage that logs with the real DVCLive: what it adds to dvc.yaml, its metrics and plots are kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from gitexp.pipeline.yaml import parse_yaml
from tests.evidence import workspace
from tests.programs import EXP, exp, exp_ok, finish, git, start
from tests.repos import make_project

TRAIN = """\
import pathlib, sys, time
from dvclive import Live

with Live(dvcyaml="dvc.yaml") as live:
    live.log_param("lr", 0.5)
    for step in range(3):
        live.log_metric("train/loss", 1 / (step + 1))
        live.next_step()
        while len(sys.argv) > 1 and step == 1 and not pathlib.Path(sys.argv[1]).exists():
            time.sleep(0.02)
"""


@pytest.fixture
def python() -> str:
    """A Python that has dvclive: the one beside a real dvc."""
    dvc = os.environ.get("DVC_BIN") or shutil.which("dvc")
    python = Path(dvc).parent / "python" if dvc else None
    if python is None or not python.exists():
        pytest.skip("no dvc, so no Python that has dvclive")
    if subprocess.run([python, "-c", "import dvclive"], capture_output=True, check=False).returncode:
        pytest.skip("dvclive is not installed beside dvc")
    return str(python)


def project(work: Path, command: str) -> Path:
    dvc_yaml = f"stages:\n  train:\n    cmd: {command}\n    deps: [train.py]\n"
    return make_project(work / "project", {"dvc.yaml": dvc_yaml, "train.py": TRAIN})


def test_what_live_adds_is_in_the_experiment(work: Path, python: str) -> None:
    root = project(work, f"{python} train.py")
    before = workspace(root)
    exp_ok(root, "run", "--name", "live")
    assert workspace(root) == before
    commit = git(root, "for-each-ref", "--format=%(objectname)", "refs/exps")
    files = git(root, "ls-tree", "-r", "--name-only", commit).splitlines()
    assert {"dvclive/metrics.json", "dvclive/params.yaml", "dvclive/plots/metrics/train/loss.tsv"} <= {*files}
    metrics = json.loads(git(root, "show", f"{commit}:dvclive/metrics.json"))
    assert metrics["train"]["loss"] == pytest.approx(1 / 3)
    manifest = parse_yaml(git(root, "show", f"{commit}:dvc.yaml").encode(), "dvc.yaml")
    assert "dvclive/metrics.json" in manifest["metrics"]
    assert manifest["stages"]["train"]["deps"] == ["train.py"]
    # DVCLive knew that it was in a run: it made no experiment of its own.
    assert git(root, "for-each-ref", "--format=%(refname)", "refs/exps").endswith("/live")
    assert len(git(root, "for-each-ref", "refs/exps").splitlines()) == 1


def test_its_metrics_and_params_are_shown(work: Path, python: str) -> None:
    root = project(work, f"{python} train.py")
    exp_ok(root, "run", "--name", "live")
    groups = json.loads(exp_ok(root, "show", "--json"))
    (row,) = groups[1]["experiments"]
    data = row["revs"][0]["data"]
    assert data["metrics"]["dvclive/metrics.json"]["data"]["train"]["loss"] == pytest.approx(1 / 3)
    assert data["params"]["dvclive/params.yaml"]["data"] == {"lr": 0.5}
    exp_ok(root, "apply", "live")
    assert (root / "dvclive/plots/metrics/train/loss.tsv").exists()


def test_a_sweep_keeps_each_lives_own_metrics(work: Path, python: str) -> None:
    root = project(work, f"{python} train.py")
    (root / "params.yaml").write_text("lr: 1\n")
    text = (root / "dvc.yaml").read_text()
    (root / "dvc.yaml").write_text(text + "    params: [lr]\n")
    exp_ok(root, "run", "--name", "grid", "-S", "lr=1,2", "-j2")
    commits = git(root, "for-each-ref", "--format=%(objectname)", "refs/exps").splitlines()
    assert len(commits) == 2
    assert all(git(root, "show", f"{commit}:dvclive/metrics.json") for commit in commits)


def test_what_an_interrupted_live_had_measured_is_kept(work: Path, python: str) -> None:
    root = project(work, f"{python} train.py {work}/never")
    running = start(root, (*EXP, "run", "--name", "half"))
    metrics: list[Path] = []
    until = time.monotonic() + 60
    while not metrics or '"step": 1' not in metrics[0].read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
        metrics = list(root.glob(".git/gitexp/worktrees/*/dvclive/metrics.json")) + list(
            root.glob(".git/gitexp/worktrees/*/*/dvclive/metrics.json")
        )
    running.send_signal(2)
    assert finish(running).code == 130
    assert exp(root, "list", "--name-only").out == ""
    (kept,) = git(root, "for-each-ref", "--format=%(objectname)", "refs/gitexp/failed").splitlines()
    assert json.loads(git(root, "show", f"{kept}:dvclive/metrics.json"))["train"]["loss"] <= 1
