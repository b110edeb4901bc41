"""Kill the processes that run a queue at random moments: nothing may be lost, nothing done twice."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.programs import EXP, exp_ok, finish, git, start
from tests.repos import make_project

PIPELINE = """\
stages:
  make:
    cmd: sleep 0.02; head -c 100000 /dev/zero > big.bin
    params: [common]
    outs: [big.bin]
  train:
    cmd: sh train.sh ${n}
    params: [n]
    deps: [big.bin, train.sh]
    outs: [model.bin]
    metrics: [metrics.yaml: {cache: false}]
"""
TRAIN = """\
sleep 0.03
echo "value: $1" > metrics.yaml
cat big.bin > model.bin
echo $1 >> model.bin
"""


def lay_down(folder: Path) -> Path:
    """A project of two short stages whose experiments differ in `n`."""
    params, ignored = "n: 0\ncommon: 1\n", "/big.bin\n/model.bin\n"
    files = {"params.yaml": params, "dvc.yaml": PIPELINE, "train.sh": TRAIN, ".gitignore": ignored}
    return make_project(folder, files)


def run_killed(project: Path, count: int, kills: int, seed: int) -> int:
    """Queue `count` experiments and run them, killed `kills` times; how often there was anything to kill."""
    values = ",".join(map(str, range(1, count + 1)))
    exp_ok(project, "run", "--queue", "-q", "-n", "k", "-S", f"n={values}", "--retries", str(kills))
    chance = random.Random(seed)
    killed = 0
    for number in range(kills):
        running = start(project, (*EXP, "run", "--run-all", "-q", "-j", "2"))
        time.sleep(chance.uniform(0.15, 0.6))
        killed += running.poll() is None
        if number % 2:
            with_signal(running.pid, signal.SIGKILL)  # its stages live on for a moment
        else:
            kill_tree(running.pid)
        finish(running)
    exp_ok(project, "run", "--run-all", "-q", "-j", "2")
    return killed


def kill_tree(pid: int) -> None:
    """SIGKILL to a process and all that it started, at once."""
    for child in _descendants(pid):
        with_signal(child, signal.SIGKILL)
    with_signal(pid, signal.SIGKILL)


def with_signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _descendants(pid: int) -> list[int]:
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(word) for word in task.read_text().split()]
        except OSError:
            continue
    return [found for child in children for found in (child, *_descendants(child))]


def assert_each_once(project: Path, count: int) -> None:
    """`count` experiments, each with its own value, whole; the queue says success to each."""
    refs = git(project, "for-each-ref", "--format=%(objectname)", "refs/exps").split()
    values = Counter(git(project, "show", f"{commit}:metrics.yaml") for commit in refs)
    assert values == Counter(f"value: {number}" for number in range(1, count + 1))
    places = Counter(path.parent.name for path in (project / ".git/gitexp/queue").glob("[!w]*/*.json"))
    assert places == {"success": count}
    git(project, "fsck", "--strict")


def assert_nothing_left(project: Path) -> None:
    """No note of a running one, no worker, no claim, no half-written file, no owner of a worktree."""
    state = project / ".git/gitexp"
    assert list((state / "running").glob("*")) == []
    assert list((state / "queue/workers").glob("*")) == []
    assert list((state / "claims").glob("*")) == []
    assert list((state / "worktrees").glob("*.slot/owner")) == []
    assert [path for path in state.rglob("*.tmp") if path.is_file()] == []
    assert list((project / ".git").glob("*.lock")) == []
    assert "refs/gitexp/failed" not in git(project, "for-each-ref", "--format=%(refname)")
