"""kill -9 at any moment leaves whole experiments or none, a whole cache, nothing that the next trips over."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from tests.evidence import assert_whole, workspace
from tests.programs import EXP, exp_ok, finish, git, names, start
from tests.repos import make_project

MOMENTS = min(12, int(os.environ.get("GITEXP_KILLS", "4")))
SEED = 20


@pytest.fixture
def project(work: Path) -> Path:
    """Three stages that write half a megabyte, a directory among them, in about a tenth of a second each."""
    return make_project(
        work / "project",
        {
            "params.yaml": "seed: 0\n",
            "make.sh": "head -c 500000 /dev/zero | tr '\\0' \"$1\" > big.bin; sleep 0.05\n",
            "spread.sh": "mkdir -p parts; for i in 1 2 3 4 5 6 7 8; do cp big.bin parts/$i; "
            "echo $i >> parts/$i; done; sleep 0.05\n",
            "count.sh": "cat parts/* | wc -c | sed 's/^ */size: /' > metrics.yaml; "
            "head -c 1 big.bin > kind.txt\n",
            "dvc.yaml": """\
stages:
  make:
    cmd: sh make.sh '${seed}'
    params: [seed]
    deps: [make.sh]
    outs: [big.bin]
  spread:
    cmd: sh spread.sh
    deps: [big.bin, spread.sh]
    outs: [parts]
  count:
    cmd: sh count.sh
    deps: [parts, big.bin, count.sh]
    outs: [kind.txt]
    metrics:
      - metrics.yaml:
          cache: false
""",
            ".gitignore": "/big.bin\n/parts\n/kind.txt\n",
        },
    )


@pytest.mark.slow
@pytest.mark.parametrize("whom", ["exp alone", "exp and its stages"])
def test_kill_at_random_moments(whom: str, project: Path) -> None:
    before = workspace(project)
    began = time.monotonic()
    exp_ok(project, "run", "--name", "whole", "-S", "seed=w")
    usual = time.monotonic() - began
    chance = random.Random(SEED)
    finished = {"whole"}
    for number in range(MOMENTS):
        name = f"run{number}"
        running = start(project, (*EXP, "run", "--name", name, "-S", f"seed={'abcdefghijkl'[number]}"))
        time.sleep(chance.uniform(0.02, usual * 1.1))
        kill(running.pid, whom)
        finish(running)
        assert_whole(project)
        assert workspace(project) == before
        there = set(names(project))
        assert there <= finished | {name}
        finished = there
    for name in finished:
        assert_complete(project, name)
    exp_ok(project, "run", "--name", "after", "-S", "seed=z")
    assert_complete(project, "after")
    assert_nothing_left(project)


def test_what_a_killed_run_finished_is_not_done_again(project: Path) -> None:
    begun = project.parent / "begun"
    (project / "count.sh").write_text(f"touch '{begun}'; sleep 60\n")
    running = start(project, (*EXP, "run", "-S", "seed=q"))
    while not begun.exists():
        time.sleep(0.01)
        assert running.poll() is None
    kill(running.pid, "exp and its stages")
    finish(running)
    (project / "count.sh").write_text("echo 'size: 1' > metrics.yaml; head -c 1 big.bin > kind.txt\n")
    out = exp_ok(project, "run", "--name", "again", "-S", "seed=q")
    assert "1 ran, 2 cached" in out


def test_a_stage_that_outlives_its_killed_run_spoils_no_other(project: Path) -> None:
    begun = project.parent / "begun"
    late = "sleep 0.7; echo 'size: 666' > metrics.yaml; echo X > kind.txt"
    (project / "count.sh").write_text(f"touch '{begun}'; {late}\n")
    running = start(project, (*EXP, "run", "-S", "seed=q"))
    while not begun.exists():
        time.sleep(0.01)
        assert running.poll() is None
    kill(running.pid, "exp alone")
    finish(running)
    careful = "sleep 1; [ -e metrics.yaml ] || echo 'size: 1' > metrics.yaml; head -c 1 big.bin > kind.txt"
    (project / "count.sh").write_text(f"{careful}\n")
    exp_ok(project, "run", "--name", "next", "-S", "seed=r")
    commit = git(project, "for-each-ref", "--format=%(objectname)", "refs/exps")
    assert git(project, "show", f"{commit}:metrics.yaml") == "size: 1"


def kill(pid: int, whom: str) -> None:
    """SIGKILL, as the out-of-memory killer sends it (one process) or as all go at once (its stages too)."""
    if whom != "exp alone":
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for child in descendants(pid):
                # A child may end by itself between being seen and being hit.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, number)
    os.kill(pid, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes that `pid` started, and theirs, read from /proc."""
    children = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children += [int(word) for word in task.read_text().split()]
        except OSError:
            continue
    return [found for child in children for found in (child, *descendants(child))]


def assert_complete(project: Path, name: str) -> None:
    """The experiment can be brought back in full, and says what its stages made."""
    commit = git(project, "rev-parse", next(ref for ref in all_refs(project) if ref.endswith(f"/{name}")))
    assert git(project, "show", f"{commit}:metrics.yaml") == "size: 4000016"
    lock = git(project, "show", f"{commit}:dvc.lock")
    assert all(f"  {stage}:" in lock for stage in ("make", "spread", "count"))
    clone = project.parent / f"clone-{name}"
    git(project.parent, "clone", "--quiet", str(project), str(clone))
    git(clone, "fetch", "--quiet", "origin", "refs/exps/*:refs/exps/*")
    (clone / ".dvc" / "cache").symlink_to(project / ".dvc" / "cache")
    exp_ok(clone, "apply", name)
    assert (clone / "big.bin").stat().st_size == 500_000
    assert len(list((clone / "parts").iterdir())) == 8


def all_refs(project: Path) -> list[str]:
    return git(project, "for-each-ref", "--format=%(refname)", "refs/exps").splitlines()


def assert_nothing_left(project: Path) -> None:
    """No half-written file among our state, no lock of Git's."""
    state = project / ".git" / "gitexp"
    assert [path for path in state.rglob("*.tmp") if "checkout" not in path.parts] == []
    assert list((project / ".git").glob("*.lock")) == []
