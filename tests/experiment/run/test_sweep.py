"""Several at a time: order, the shared budget of commands, stopping."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from gitexp.build.command import OnLine
from gitexp.build.slots import Slots
from gitexp.build.stop import Stop
from gitexp.experiment.run.sweep import SharedSlots, run_all


def test_results_come_in_the_order_of_the_items() -> None:
    first_may_end = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert first_may_end.wait(5)
        else:
            first_may_end.set()
        return item * 10

    assert run_all([0, 1, 2], work, at_once=2, stop=Stop()) == [0, 10, 20]


def test_one_item_is_worked_on_in_the_calling_thread() -> None:
    assert run_all([1], lambda _: threading.current_thread(), 4, Stop()) == [threading.current_thread()]


def test_when_asked_to_stop_no_further_item_is_begun() -> None:
    stop = Stop()

    def work(item: int) -> int:
        stop.ask()
        return item

    assert run_all([0, 1, 2], work, at_once=1, stop=stop) == [0]


def test_an_unexpected_error_is_raised_after_the_others_have_ended() -> None:
    def work(item: int) -> int:
        if item == 1:
            raise ValueError("broken")
        return item

    with pytest.raises(ValueError, match="broken"):
        run_all([0, 1, 2], work, at_once=2, stop=Stop())


class Crowd:
    """A runner whose commands wait until as many run as are let in, and note the most there were."""

    def __init__(self, expected: int) -> None:
        self.together = threading.Barrier(expected)
        self.now, self.most, self.lock = 0, 0, threading.Lock()

    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        self.together.wait(5)
        with self.lock:
            self.now -= 1
        return 0


def test_commands_of_several_builds_share_the_slots() -> None:
    crowd = Crowd(2)
    shared = SharedSlots(crowd, Slots(2))

    def build(_: int) -> int:
        return shared.run("true", Path(), {}, lambda _: None, Stop())

    assert run_all(list(range(4)), build, at_once=4, stop=Stop()) == [0] * 4
    assert crowd.most == 2


def test_a_command_that_waits_for_a_slot_is_not_begun_after_a_stop() -> None:
    crowd = Crowd(1)
    budget = Slots(1)
    stop = Stop()
    stop.ask()
    with budget.taken(1, Stop()):
        assert SharedSlots(crowd, budget).run("true", Path(), {}, lambda _: None, stop) < 0
    assert crowd.most == 0
