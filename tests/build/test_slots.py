"""A budget that is shared: never more than there is, first come first served."""

from __future__ import annotations

import threading
import time

from gitexp.build.slots import Slots
from gitexp.build.stop import Stop


def take(slots: Slots, count: int, order: list[int], stop: Stop | None = None) -> threading.Thread:
    def work() -> None:
        with slots.taken(count, stop or Stop()) as got:
            order.append(count if got else -count)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_who_needs_more_than_there_is_gets_all_there_is() -> None:
    slots, order = Slots(2), list[int]()
    take(slots, 9, order).join(5)
    assert order == [9]


def test_who_needs_many_is_not_passed_by_those_who_need_few() -> None:
    slots, order = Slots(2), list[int]()
    with slots.taken(1, Stop()):
        big = take(slots, 2, order)
        while not slots._queue:
            time.sleep(0.001)
        small = take(slots, 1, order)
        small.join(0.2)
        assert order == []
    big.join(5)
    small.join(5)
    assert order == [2, 1]


def test_one_who_is_stopped_while_waiting_gets_nothing_and_blocks_nobody() -> None:
    slots, order, stop = Slots(1), list[int](), Stop()
    with slots.taken(1, Stop()):
        waiting = take(slots, 1, order, stop)
        stop.ask()
        waiting.join(5)
        assert order == [-1]
    take(slots, 1, order).join(5)
    assert order == [-1, 1]
