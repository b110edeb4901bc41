"""A run touches neither workspace, index, HEAD, branches nor stash: byte for byte, however it ends."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.evidence import assert_whole, refs, workspace
from tests.programs import EXP, exp, exp_ok, finish, git, names, start
from tests.repos import fixture_repo

FAILING = "false"


@pytest.fixture
def messy(work: Path) -> Path:
    """A workspace as people have it: a bit of everything."""
    root = fixture_repo("get-started", work / "project")
    (root / "notes.txt").write_text("to be stashed\n")
    git(root, "stash", "push", "--include-untracked", "--quiet")
    (root / "params.yaml").write_text((root / "params.yaml").read_text().replace("epochs: 3", "epochs: 4"))
    (root / "staged.txt").write_text("staged\n")
    git(root, "add", "staged.txt")
    (root / "staged.txt").write_text("staged, then changed\n")
    (root / "intended.txt").write_text("intended\n")
    git(root, "add", "--intent-to-add", "intended.txt")
    (root / "untracked.txt").write_text("untracked\n")
    (root / "model.txt").write_text("ignored, from an earlier day\n")
    (root / "src" / "split.sh").chmod(0o755)
    os.symlink("data.txt", root / "link.txt")
    (root / "empty").mkdir()
    git(root, "tag", "v1")
    return root


def test_after_a_successful_run(messy: Path) -> None:
    before = workspace(messy)
    exp_ok(messy, "run", "--name", "one", "-S", "train.lr=0.5")
    assert workspace(messy) == before
    assert names(messy) == ["one"]
    assert_whole(messy)


def test_the_experiment_has_what_the_workspace_had(messy: Path) -> None:
    exp_ok(messy, "run", "--name", "one", "-S", "train.lr=0.5")
    commit = git(messy, "for-each-ref", "--format=%(objectname)", "refs/exps")
    recorded = git(messy, "ls-tree", "-r", "--name-only", commit).splitlines()
    assert {"staged.txt", "untracked.txt", "intended.txt", "link.txt", "dvc.lock"} <= set(recorded)
    assert "model.txt" not in recorded
    assert git(messy, "show", f"{commit}:staged.txt") == "staged, then changed"
    params = git(messy, "show", f"{commit}:params.yaml")
    assert "epochs: 4" in params
    assert "lr: 0.5  # step width" in params
    assert git(messy, "rev-parse", f"{commit}^") == git(messy, "rev-parse", "HEAD")


def test_after_a_sweep(messy: Path) -> None:
    before = workspace(messy)
    exp_ok(messy, "run", "-S", "train.lr=0.2,0.4", "-S", "train.epochs=1,2")
    assert workspace(messy) == before
    assert len(names(messy)) == 4


def test_after_a_failed_run(messy: Path) -> None:
    (messy / "src" / "evaluate.sh").write_text(FAILING)
    before = workspace(messy)
    assert exp(messy, "run", "--name", "one").code == 1
    assert workspace(messy) == before
    assert names(messy) == []
    assert_whole(messy)


def test_after_a_dry_run(messy: Path) -> None:
    before, before_refs = workspace(messy), refs(messy)
    exp_ok(messy, "run", "--dry")
    assert workspace(messy) == before
    assert refs(messy) == before_refs


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_after_an_interrupted_run(how: signal.Signals, messy: Path) -> None:
    begun = messy.parent / "begun"
    (messy / "src" / "evaluate.sh").write_text(f"touch '{begun}' && sleep 60")
    before = workspace(messy)
    running = start(messy, (*EXP, "run", "--name", "one"))
    wait_for(begun)
    os.kill(running.pid, how)
    done = finish(running, seconds=30)
    assert done.code == (-how if how == signal.SIGKILL else 130)
    assert workspace(messy) == before
    assert names(messy) == []
    assert_whole(messy)


def test_reading_commands_write_nothing_of_the_users(messy: Path) -> None:
    exp_ok(messy, "run", "--name", "one")
    before = workspace(messy)
    for command in ["list", "show", "show --json", "log", "diff", "status", "dag"]:
        exp_ok(messy, *command.split())
    assert workspace(messy) == before


@pytest.mark.parametrize("pipe", ["| head -n 1", "2>&1 | head -n 1", "--json | head -n 1"])
def test_a_run_goes_on_when_its_reader_leaves(pipe: str, work: Path) -> None:
    project = fixture_repo("get-started", work / "project")
    (project / "src" / "split.sh").write_text("sleep 0.3\n" + (project / "src" / "split.sh").read_text())
    line = f"{shlex.join(EXP)} run --name one {pipe}"
    subprocess.run(["sh", "-c", line], cwd=project, check=True, capture_output=True)
    wait_for(ref_file(project, "one"))


def ref_file(project: Path, name: str) -> Path:
    head = git(project, "rev-parse", "HEAD")
    return project / ".git" / "refs" / "exps" / head[:2] / head[2:] / name


def wait_for(path: Path, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} did not appear"
        time.sleep(0.01)
