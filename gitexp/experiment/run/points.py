"""From overrides with several values to the points of a sweep: all combinations, or random ones, repeated."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from gitexp.content import encoded
from gitexp.dataclass import dataclass
from gitexp.experiment.request import Sweep
from gitexp.pipeline.override.overrides import expand_sweep, is_sweep
from gitexp.pipeline.override.random_sweep import sample_sweep


@dataclass(frozen=True, slots=True)
class Point:
    """The overrides of one experiment. `group` is shared by those that differ only in their seed."""

    overrides: tuple[str, ...]
    group: str | None = None


def points_of(texts: Sequence[str], sweep: Sweep) -> list[Point]:
    """The points in order, the seed varying fastest. Raises ExpError for what is not in Hydra's grammar."""
    if sweep.draw is None:
        combinations = expand_sweep(texts)
    else:
        seed = secrets.randbelow(2**32) if sweep.seed is None else sweep.seed
        combinations = sample_sweep(texts, sweep.draw, seed)
    if sweep.repeat == 1:
        return [Point(overrides) for overrides in combinations]
    return [
        Point((*overrides, f"{sweep.seed_param}={number}"), _group(overrides))
        for overrides in combinations
        for number in range(1, sweep.repeat + 1)
    ]


def is_many(texts: Sequence[str], sweep: Sweep) -> bool:
    """Whether several experiments are asked for."""
    return sweep.draw is not None or sweep.repeat > 1 or is_sweep(texts)


def _group(overrides: Sequence[str]) -> str:
    """The same for the same overrides, so that more seeds that are run later join the group."""
    return hashlib.sha256(encoded("\0".join(sorted(overrides)))).hexdigest()[:12]
