"""`exp repro` as users call it: what it prints, its exit codes, Ctrl-C."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.programs import EXP, exp, finish, start
from tests.repos import make_project

ONE = "stages:\n  s:\n    cmd: {cmd}\n    outs: [o.txt]\n"


def test_it_says_what_ran_which_files_changed_and_then_that_all_is_done(work: Path) -> None:
    root = make_project(work / "p", {"dvc.yaml": ONE.format(cmd="echo 1 > o.txt")})
    first = exp(root, "repro")
    assert first.code == 0
    assert first.out.splitlines()[-1] == "1 stage ran."
    assert first.err.endswith("\nNext: git add dvc.lock .gitignore\n")
    assert exp(root, "repro").out.splitlines()[-1] == "Data and pipelines are up to date."


def test_a_failure_is_told_on_stderr_with_the_end_of_the_output(work: Path) -> None:
    root = make_project(work / "p", {"dvc.yaml": ONE.format(cmd="echo so far; exit 3")})
    done = exp(root, "repro", "-q")
    assert (done.code, done.out) == (1, "")
    assert "stage 's' failed: exited with 3" in done.err
    assert "| so far" in done.err


def test_dry_says_what_would_run_and_runs_nothing(work: Path) -> None:
    root = make_project(work / "p", {"dvc.yaml": ONE.format(cmd="echo 1 > o.txt")})
    done = exp(root, "repro", "--dry")
    assert done.code == 0
    assert "never ran" in done.out
    assert not (root / "o.txt").exists()


def test_ctrl_c_stops_the_command_and_exits_as_interrupted(work: Path) -> None:
    root = make_project(work / "p", {"dvc.yaml": ONE.format(cmd="echo $$; exec sleep 60")})
    process = start(root, (*EXP, "repro", "-v"))
    assert process.stdout is not None
    line = next(line for line in process.stdout if " | " in line)
    child = int(line.rsplit(" ", 1)[1])
    process.send_signal(signal.SIGINT)
    done = finish(process)
    assert done.code == 130
    assert "interrupted" in done.err
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return
    raise AssertionError("the command is still alive")
