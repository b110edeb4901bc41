"""Which entries of a batch on Dask are to blame when its jobs are gone."""

from __future__ import annotations

from pathlib import Path

from gitexp.queue.engines.dask.batch import Batch
from gitexp.queue.engines.dask.standing import excuse
from gitexp.queue.engines.engine import Standing, Word


def test_of_what_is_lost_only_that_which_began_is_counted(work: Path) -> None:
    batch = Batch("pbs", work)
    batch.add_begun(["ran"])
    lost, waits, runs = (Word(one) for one in (Standing.LOST, Standing.PENDING, Standing.RUNNING))
    said = excuse({"ran": lost, "never": lost, "waits": waits, "runs": runs}, batch)
    assert said == {"ran": lost, "never": Word(Standing.LOST, others=True), "waits": waits, "runs": runs}
