"""What an event of a build makes of the note of its stage: for the journal, and for who looks on."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.build.events import Event, StageEnded, StageFetching, StageStarted, StageWaiting
from gitexp.experiment.jobs.run_note import FETCHING, RUNNING, SHARED, StageNote


def stage_after(stages: Mapping[str, StageNote], event: Event, now: float) -> StageNote | None:
    """What a stage has come to, from `stages` as they were; None for an event that changes none.

    `now` is in seconds of any clock, as `since` is in the notes.
    """
    if isinstance(event, StageStarted):
        return StageNote(event.stage, RUNNING, now)
    if isinstance(event, StageWaiting):
        return StageNote(event.stage, SHARED, now)
    if isinstance(event, StageFetching):
        known = stages.get(event.stage)
        since = known.since if known is not None and known.status == FETCHING else now
        return StageNote(event.stage, FETCHING, since, fetched=event.traffic)
    if isinstance(event, StageEnded):
        result = event.result
        return StageNote(result.stage, result.outcome.value, now, round(result.seconds, 3))
    return None
