"""Ctrl-C on a running `exp`: each one is harder than the last; the run is kept, the workspace untouched."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.evidence import workspace
from tests.programs import EXP, Finished, exp, exp_ok, finish, git, start
from tests.repos import make_project

STUBBORN = "trap 'echo got INT' INT; trap 'echo got TERM' TERM; echo $$ up; while :; do sleep 0.05; done"
GENTLE = "trap 'echo 1 > m.json; exit 0' INT; echo $$ up; while :; do sleep 0.05; done"


def project(work: Path, command: str) -> Path:
    dvc_yaml = (
        "stages:\n"
        "  first:\n    cmd: cp in.txt first.txt\n    deps: [in.txt]\n    outs: [first.txt]\n"
        f'  second:\n    cmd: "{command}"\n    deps: [first.txt]\n    params: [lr]\n'
        "    metrics: [m.json: {cache: false}]\n"
    )
    return make_project(work / "project", {"dvc.yaml": dvc_yaml, "params.yaml": "lr: 1\n", "in.txt": "in\n"})


def log_says(root: Path, words: str) -> str:
    """The line of the newest log that ends with `words`, once it is there."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        for log in sorted(root.glob(".git/gitexp/jobs/*/log"), reverse=True):
            for line in log.read_text().splitlines():
                if line.endswith(words) and not line.startswith("$"):
                    return line
        time.sleep(0.02)
    raise AssertionError(f"no log says {words!r}")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def press(running: subprocess.Popen[str], times: int = 1) -> Finished:
    for _ in range(times):
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)
    return finish(running)


def test_ctrl_c_reaches_the_command_then_term_then_kill(work: Path) -> None:
    root = project(work, STUBBORN)
    before = workspace(root)
    running = start(root, (*EXP, "run", "--name", "one", "-S", "lr=2"))
    child = int(log_says(root, " up").split()[0])
    running.send_signal(signal.SIGINT)
    log_says(root, "got INT")
    assert is_alive(child)
    running.send_signal(signal.SIGINT)
    log_says(root, "got TERM")
    assert is_alive(child)
    done = press(running)
    assert done.code == 130
    assert "one was interrupted" in done.err
    assert not is_alive(child)
    assert workspace(root) == before


def test_an_interrupted_run_is_kept_with_its_params_and_log(work: Path) -> None:
    root = project(work, GENTLE)
    running = start(root, (*EXP, "run", "--name", "one", "-S", "lr=2"))
    log_says(root, " up")
    done = press(running)
    assert done.code == 130
    assert exp_ok(root, "list", "--name-only") == ""
    kept = git(root, "for-each-ref", "--format=%(objectname)", "refs/gitexp/failed")
    assert git(root, "show", f"{kept}:params.yaml") == "lr: 2"
    log = Path(done.err.partition("the whole log: ")[2].split("\n")[0])
    assert "==> second <==" in log.read_text()


def test_what_was_finished_is_not_done_again(work: Path) -> None:
    root = project(work, GENTLE)
    running = start(root, (*EXP, "run", "--name", "one"))
    log_says(root, " up")
    assert press(running).code == 130
    (root / "dvc.yaml").write_text((root / "dvc.yaml").read_text().replace(GENTLE, "echo 2 > m.json"))
    assert "1 ran, 1 cached" in exp_ok(root, "run", "--name", "two")


def test_a_sweep_stops_as_a_whole(work: Path) -> None:
    root = project(work, GENTLE)
    running = start(root, (*EXP, "run", "--name", "grid", "-j1", "-S", "lr=2,3,4"))
    log_says(root, " up")
    done = press(running)
    assert done.code == 130
    assert exp_ok(root, "list", "--name-only") == ""
    assert len(list(root.glob(".git/gitexp/jobs/*/log"))) <= 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_requests_to_end_are_heard_too(work: Path, number: signal.Signals) -> None:
    root = project(work, GENTLE)
    running = start(root, (*EXP, "run", "--name", "one"))
    child = int(log_says(root, " up").split()[0])
    running.send_signal(number)
    assert finish(running).code == 130
    assert not is_alive(child)


def test_repro_keeps_what_was_finished_in_the_lock(work: Path) -> None:
    root = project(work, GENTLE)
    running = start(root, (*EXP, "repro"))
    log_says(root, " up")
    assert press(running).code == 130
    lock = (root / "dvc.lock").read_text()
    assert "first:" in lock
    assert "second:" not in lock
    assert exp(root, "repro", "--single-item", "first").out.endswith("up to date.\n")
