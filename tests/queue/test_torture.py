"""Stages that misbehave: each ends in a kept failure that says why, and the queue goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.programs import EXP, exp, exp_ok, finish, start
from tests.repos import make_project

STAGES = {
    "daemon": "sleep 30 & echo it lives on; exit 3",
    "no-newline": "printf 'half a line'; exit 3",
    "invalid": "printf '\\377\\376 caf\\351\\n'; exit 3",
    "closes-stdout": "exec >&- 2>&-; sleep 0.3; exit 3",
    "memory": "ulimit -v 60000; python3 -c 'x = bytearray(10**9)'",
    "full-disk": "ulimit -f 1; head -c 1000000 /dev/zero > out.bin",
    "long-line": "head -c 20000000 /dev/zero | tr '\\0' a; exit 3",
    # Its own folder: a neighbour's, by number, would fail an innocent run now and then.
    "gone": 'rm -rf "$PWD"; exit 3',
    "git": "rm -rf .git; exit 3",
    "kills-itself": "kill -9 $$",
    "no-out": "true",
}
WHY = {
    "memory": "exited with 1",
    "full-disk": "exited with 153: SIGXFSZ, a file grew beyond a limit",
    "kills-itself": "exited with 137: SIGKILL, often for want of memory",
    "no-out": "did not make its out 'out.bin'",
}


@pytest.fixture
def project(work: Path) -> Path:
    files = {f"{kind}.sh": text for kind, text in STAGES.items()}
    pipeline = 'stages:\n  bad: {cmd: "sh ${kind}.sh", params: [kind], outs: [out.bin]}\n'
    good = {"good.sh": "echo good > out.bin\n", "params.yaml": "kind: good\n", ".gitignore": "/out.bin\n"}
    return make_project(work / "project", {**files, **good, "dvc.yaml": pipeline})


def test_the_queue_goes_on_whatever_a_stage_does(project: Path) -> None:
    kinds = [kind for name in STAGES for kind in (name, "good")]
    for number, kind in enumerate(kinds):
        exp_ok(project, "run", "--queue", "-q", "-n", f"n{number}-{kind}", "-S", f"kind={kind}")
    assert exp(project, "run", "--run-all", "-j", "2").code == 1
    entries = json.loads(exp_ok(project, "queue", "status", "--json"))["entries"]
    endings = {entry["name"].partition("-")[2]: (entry["state"], entry["ending"]) for entry in entries}
    assert endings.pop("good")[0] == "success"
    assert len(exp_ok(project, "list", "--name-only").split()) == len(STAGES)
    for kind, (state, ending) in endings.items():
        assert (state, ending["stage"]) == ("failed", "bad"), kind
        assert WHY.get(kind, "exited with 3") in ending["message"], kind
    failed = exp_ok(project, "log", "--failed", "--oneline").splitlines()
    assert sum(" failed after " in line for line in failed) == len(STAGES)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("no-newline", "half a line"), ("invalid", "\ufffd\ufffd caf\ufffd"), ("daemon", "lives on")],
)
def test_what_it_printed_is_in_its_log(project: Path, kind: str, words: str) -> None:
    assert exp(project, "run", "-n", kind, "-S", f"kind={kind}").code == 1
    assert words in exp_ok(project, "logs", kind)


def test_a_stage_that_ignores_signals_is_killed_when_asked_again(project: Path) -> None:
    begun = project.parent / "begun"
    (project / "good.sh").write_text(f"trap '' INT TERM; touch {begun}; while true; do sleep 1; done\n")
    exp_ok(project, "run", "--queue", "-n", "stubborn")
    running = start(project, (*EXP, "run", "--run-all"))
    deadline = time.monotonic() + 20
    while not begun.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for _ in range(3):
        exp_ok(project, "queue", "kill", "stubborn")
        time.sleep(0.4)
    assert finish(running, 30).code == 130
    assert "(stubborn) interrupted after" in exp_ok(project, "log", "--failed", "--oneline")
