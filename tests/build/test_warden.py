"""Commands of a worker end with it, however it ends; what a stage left on purpose does not."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from tests.programs import finish, start
from tests.slurm import wait_until

_WORKER = """
import sys
from pathlib import Path
from gitexp.build.command import ShellRunner
from gitexp.build.stop import Stop
from gitexp.build.warden import engage
engage()
ShellRunner().run(sys.argv[1], Path("."), {"PATH": "/usr/bin:/bin"}, print, Stop())
"""


def lives(pid_file: Path) -> bool:
    return Path("/proc", pid_file.read_text().strip()).exists()


def test_commands_of_a_killed_worker_end(work: Path) -> None:
    words = f"sleep 600 & echo $! > {work}/child; echo $$ > {work}/shell; wait"
    worker = start(work, (sys.executable, "-c", _WORKER, words))
    wait_until(lambda: (work / "shell").exists() and (work / "shell").read_text() != "", "it never began")
    assert lives(work / "child")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_until(lambda: not lives(work / "shell") and not lives(work / "child"), "its command lives on")


def test_what_an_ended_command_has_left_is_its_own_affair(work: Path) -> None:
    words = f"sleep 600 > /dev/null 2>&1 & echo $! > {work}/child"
    assert finish(start(work, (sys.executable, "-c", _WORKER, words))).code == 0
    assert lives(work / "child")
    os.kill(int((work / "child").read_text()), signal.SIGKILL)
