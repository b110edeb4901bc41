"""What an engine says against what the board says: who stands, waits again, is put back, has failed."""

from __future__ import annotations

import pytest

from gitexp.experiment.request import Attempt
from gitexp.queue.engines.engine import Standing, Word
from gitexp.queue.engines.reconcile import Verdict, judge
from gitexp.queue.job import Place, QueuedJob

FIRST = QueuedJob("id1", 1, Attempt("a", "b" * 40, "t" * 40), "s" * 40, 0.0, retries=1)
LOST_ONCE = QueuedJob("id1", 1, Attempt("a", "b" * 40, "t" * 40), "s" * 40, 0.0, retries=1, lost=1)


@pytest.mark.parametrize(
    ("place", "standing", "job", "verdict"),
    [
        (Place.SUBMITTED, Standing.PENDING, FIRST, Verdict.STANDS),
        (Place.SUBMITTED, Standing.RUNNING, FIRST, Verdict.STANDS),
        (Place.SUBMITTED, Standing.ENDED, FIRST, Verdict.FAILED),
        (Place.SUBMITTED, Standing.LOST, FIRST, Verdict.PUT_BACK),
        (Place.SUBMITTED, Standing.LOST, LOST_ONCE, Verdict.FAILED),
        (Place.RUNNING, Standing.PENDING, FIRST, Verdict.WAITS),
        (Place.RUNNING, Standing.RUNNING, LOST_ONCE, Verdict.STANDS),
        (Place.RUNNING, Standing.ENDED, FIRST, Verdict.FAILED),
        (Place.RUNNING, Standing.LOST, FIRST, Verdict.PUT_BACK),
        (Place.RUNNING, Standing.LOST, LOST_ONCE, Verdict.FAILED),
    ],
)
def test_the_word_of_the_engine_decides(
    place: Place, standing: Standing, job: QueuedJob, verdict: Verdict
) -> None:
    assert judge(place, Word(standing), job) is verdict


@pytest.mark.parametrize("standing", [Standing.ENDED, Standing.LOST])
def test_of_a_job_that_had_begun_with_others_only_what_ran_is_judged(standing: Standing) -> None:
    assert judge(Place.SUBMITTED, Word(standing, others=True), LOST_ONCE) is Verdict.PASSED_OVER
    assert judge(Place.RUNNING, Word(standing, others=True), LOST_ONCE) is Verdict.FAILED
