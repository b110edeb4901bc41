"""Random points of a sweep: values drawn from lists and intervals, the same ones for the same seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.override.grammar import Interval, read_axis
from gitexp.pipeline.override.sweep import split_file

_TRIES = 50  # draws of one point before a repeated one is taken to mean that there are no others


@dataclass(frozen=True, slots=True)
class _Axis:
    """One override: what stands before its value, and where the value comes from."""

    before: str
    values: tuple[str, ...] | Interval

    def draw(self, chance: random.Random) -> str:
        if isinstance(self.values, Interval):
            return f"{self.before}{_drawn(self.values, chance)}"
        return f"{self.before}{chance.choice(self.values)}"


def sample_sweep(texts: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """`count` different combinations of the overrides' values, fewer when there are not so many.

    Lists and range() are drawn from evenly, interval() evenly between its ends (both possible for int()),
    with tag(log, …) evenly in the logarithm. Raises ExpError when nothing varies.
    """
    axes = [_axis(text) for text in texts]
    if not any(isinstance(axis.values, Interval) or len(axis.values) > 1 for axis in axes):
        raise ExpError(
            "`--random` draws from several values, and no override has any.",
            "give some, as in -S 'lr=tag(log,interval(1e-5,1e-1))' -S layers=2,3,4.",
        )
    chance = random.Random(seed)
    points: dict[tuple[str, ...], None] = {}
    repeated = 0
    while len(points) < count and repeated < _TRIES:
        point = tuple(axis.draw(chance) for axis in axes)
        repeated = repeated + 1 if point in points else 0
        points[point] = None
    return list(points)


def _axis(text: str) -> _Axis:
    file, rest = split_file(text)
    found = read_axis(rest)
    if found is None:
        return _Axis(text, ("",))
    name = f"{found.kind.value}{found.key}"
    return _Axis(f"{file}:{name}=" if file else f"{name}=", found.values)


def _drawn(interval: Interval, chance: random.Random) -> str:
    low, high = interval.low, interval.high
    if interval.log:
        value = math.exp(chance.uniform(math.log(low), math.log(high)))
        return str(round(value)) if interval.whole else f"{value:.4g}"
    if interval.whole:
        return str(chance.randint(int(low), int(high)))
    # Six digits are enough to be different, few enough to be read.
    return f"{chance.uniform(low, high):.6g}"
