"""How far a sweep is, in one line."""

from __future__ import annotations

from collections import Counter

from gitexp.experiment.record import State
from gitexp.screen.cells import short_time


def progress_words(ended: Counter[str], cached: int, running: int, waiting: int, seconds: float) -> str:
    """'12 done (3 cached), 2 running, 30 waiting, 1 failed, about 4 min 10 s left'.

    `ended`: runs by state; `cached` of those done had nothing to run; `seconds`: since it began.
    """
    well = ended[State.SUCCESS.value]
    parts = [f"{well} done" + (f" ({cached} cached)" if cached else ""), f"{running} running"]
    if waiting:
        parts.append(f"{waiting} waiting")
    parts += [
        f"{ended[state.value]} {state.value}"
        for state in (State.FAILED, State.INTERRUPTED)
        if ended[state.value]
    ]
    over, left = sum(ended.values()), running + waiting
    if over and left:
        parts.append(f"about {short_time(seconds / over * left)} left")
    return ", ".join(parts)
