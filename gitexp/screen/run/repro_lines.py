"""The end of `exp repro` in words: how many stages did what."""

from __future__ import annotations

from collections import Counter

from gitexp.build.events import Outcome
from gitexp.experiment.run.repro import Reproduced
from gitexp.screen.cells import plural


def repro_lines(done: Reproduced) -> list[str]:
    """What goes to stdout; failures are another matter."""
    counts = Counter(stage.outcome for stage in done.build.stages)
    if set(counts) <= {Outcome.KEPT}:
        return ["Data and pipelines are up to date."]
    return [
        ", ".join(
            f"{plural(counts[outcome], 'stage')} {outcome.value}" for outcome in Outcome if counts[outcome]
        )
        + "."
    ]
