"""The clock asks a build to stop; a person's Ctrl-C is told apart from it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from gitexp.build.command import ShellRunner
from gitexp.build.deadline import Deadline
from gitexp.build.stop import Stop


def test_a_deadline_asks_when_its_time_is_over() -> None:
    early, late = Deadline(Stop(), 60), Deadline(Stop(), 1e-9)
    time.sleep(0.001)
    assert (early.asked, early.expired) == (False, None)
    assert (late.asked, late.interrupted, late.expired) == (True, False, "timed out after 1e-09s")


def test_a_person_who_asks_is_heard_through_it_and_adds_to_its_urgency() -> None:
    stop = Stop()
    deadline = Deadline(stop, 1e-9)
    time.sleep(0.001)
    assert deadline.level == 1
    deadline.ask()
    assert (stop.level, deadline.level, deadline.interrupted) == (1, 2, True)


def test_time_spent_waiting_for_a_turn_does_not_count() -> None:
    deadline = Deadline(Stop(), 0.05, while_running=True)
    time.sleep(0.08)
    assert not deadline.asked
    with deadline.running():
        time.sleep(0.03)
    time.sleep(0.05)
    assert not deadline.asked
    with deadline.running():
        time.sleep(0.03)
    assert deadline.asked


def test_a_command_that_takes_too_long_is_stopped_as_by_ctrl_c(work: Path) -> None:
    deadline = Deadline(Stop(), 0.2, while_running=True)
    lines: list[str] = []
    command = "trap 'echo asked; exit 7' INT; echo up; while :; do sleep 0.02; done"
    assert ShellRunner().run(command, work, dict(os.environ), lines.append, deadline) == 7
    assert lines == ["up", "asked"]


def test_one_that_ignores_it_is_stopped_harder_after_the_grace(work: Path) -> None:
    deadline = Deadline(Stop(), 0.1, while_running=True)
    code = ShellRunner(grace=0.05).run("trap '' INT; sleep 30", work, dict(os.environ), print, deadline)
    assert code == -signal.SIGTERM
