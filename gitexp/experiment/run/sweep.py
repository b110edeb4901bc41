"""Several experiments at a time in one process: threads that share one budget of stage commands."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from gitexp.build.command import CommandRunner, OnLine
from gitexp.build.slots import Slots
from gitexp.build.stop import Stop

_TICK = 0.1  # seconds between chances for a signal handler

Item = TypeVar("Item")
Result = TypeVar("Result")


class SharedSlots:
    """A CommandRunner whose commands take slots of a budget that several builds share."""

    def __init__(self, runner: CommandRunner, budget: Slots) -> None:
        self._runner = runner
        self._budget = budget

    def run(
        self, command: str, cwd: Path, env: Mapping[str, str], on_line: OnLine, stop: Stop, slots: int = 1
    ) -> int:
        with self._budget.taken(slots, stop) as got:
            if not got:
                return -2  # as if it had been interrupted as soon as it began
            return self._runner.run(command, cwd, env, on_line, stop, slots)


def run_all(items: Sequence[Item], work: Callable[[Item], Result], at_once: int, stop: Stop) -> list[Result]:
    """`work` on every item, `at_once` at a time; results in the order of the items.

    When `stop` is asked, the items not begun are left out. An error of `work` ends everything and is raised.
    """
    if len(items) == 1:
        return [work(items[0])]
    crew = _Crew(items, work, stop)
    threads = [threading.Thread(target=crew.labour, daemon=True) for _ in range(min(at_once, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        # join() without a timeout would keep signal handlers from running.
        while thread.is_alive():
            thread.join(_TICK)
    return crew.outcome()


class _Crew(Generic[Item, Result]):
    """The threads of one `run_all`: each takes the next item until none is left."""

    def __init__(self, items: Sequence[Item], work: Callable[[Item], Result], stop: Stop) -> None:
        self._work, self._stop = work, stop
        self._waiting = list(enumerate(items))
        self._done: dict[int, Result] = {}
        self._errors: list[BaseException] = []
        self._lock = threading.Lock()

    def labour(self) -> None:
        while True:
            with self._lock:
                if not self._waiting or self._stop.asked or self._errors:
                    return
                number, item = self._waiting.pop(0)
            try:
                result = self._work(item)
            except BaseException as error:
                with self._lock:
                    self._errors.append(error)
                return
            with self._lock:
                self._done[number] = result

    def outcome(self) -> list[Result]:
        if self._errors:
            raise self._errors[0]
        return [self._done[number] for number in sorted(self._done)]
