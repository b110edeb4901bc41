"""How far a sweep is: counts, remaining time, little bars."""

from __future__ import annotations

import math

from gitexp.build.events import Outcome, StageResult
from gitexp.experiment.record import RunEnded, RunResult, RunStarted, State, SweepStarted
from gitexp.screen.queue.sparkline import sparkline
from gitexp.screen.run.tally import Tally


def ended(state: State, outcome: Outcome = Outcome.RAN) -> RunEnded:
    return RunEnded(RunResult("x", state, "b", stages=(StageResult("s", outcome),)))


def test_a_sweep_says_done_cached_running_waiting_failed_and_time_left() -> None:
    tally = Tally()
    tally.take(SweepStarted(10), 0.0)
    for _ in range(5):
        tally.take(RunStarted("x", (), "b"), 0.0)
    tally.take(ended(State.SUCCESS), 10.0)
    tally.take(ended(State.SUCCESS, Outcome.RESTORED), 10.0)
    tally.take(ended(State.FAILED), 20.0)
    tally.take(ended(State.INTERRUPTED), 20.0)
    words = "2 done (1 cached), 1 running, 5 waiting, 1 failed, 1 interrupted, about 30 s left"
    assert tally.words(20.0) == words


def test_a_single_run_is_no_sweep() -> None:
    tally = Tally()
    tally.take(RunStarted("x", (), "b"), 0.0)
    assert not tally.is_sweep


def test_bars_rise_with_values() -> None:
    assert sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 0, 9], 2) == "▁█"
    assert sparkline([3.0, 3.0], 5) == "▁▁"
    assert sparkline([0, 7], 5, unicode=False) == "_@"


def test_one_value_has_no_line_and_what_is_no_number_has_no_bar() -> None:
    assert sparkline([1.0], 5) == ""
    assert sparkline([1.0, math.nan, 2.0], 5) == "▁?█"
    assert sparkline([math.nan, math.inf], 5) == ""
