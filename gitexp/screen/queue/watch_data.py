"""What `exp watch` sees, as data for JSON: a picture first, then what changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.jobs.run_note import RunNote
from gitexp.queue.lookout import Picture, Sight
from gitexp.screen.json_text import Real
from gitexp.screen.queue.data import EndingData, OwnerData, ending_data, owner_data


class StageNow(TypedDict):
    stage: str
    status: Annotated[str, "waiting, running, shared (by another run), or how it ended"]
    since: Annotated[float, "seconds since the epoch"]
    seconds: Annotated[float, "how long it took, once ended"]


class SightData(TypedDict):
    id: str
    name: str
    baseline: str
    overrides: list[str]
    queued: Annotated[bool, "an entry of the queue, of the same name"]
    owner: OwnerData
    lost: Annotated[bool, "its process is gone"]
    began: Annotated[float, "seconds since the epoch"]
    stages: list[StageNow]
    devices: list[str]
    metrics: Annotated[dict[str, Real], "as they are now"]
    ending: EndingData | None


class PictureLine(TypedDict):
    """All that goes on at one moment."""

    event: Literal["picture"]
    running: list[SightData]
    waiting: Annotated[int, "entries of the queue"]
    held: int
    workers: int


class RunNowLine(SightData):
    """A run that began, came to another stage, has new metrics, or was lost."""

    event: Literal["run"]


class RunEndedLine(SightData):
    """A run that ended."""

    event: Literal["ended"]


def picture_line(picture: Picture) -> PictureLine:
    return {
        "event": "picture",
        "running": [_sight(sight) for sight in picture.running],
        "waiting": picture.waiting,
        "held": picture.held,
        "workers": picture.workers,
    }


def change_lines(before: Picture | None, now: Picture) -> Iterator[PictureLine | RunNowLine | RunEndedLine]:
    """What is new since the picture before; of the first, all of it."""
    if before is None:
        yield picture_line(now)
        return
    known = {sight.note.id: _marks(sight) for sight in before.running}
    for sight in now.running:
        if known.get(sight.note.id) != _marks(sight):
            yield {"event": "run", **_sight(sight)}
    for sight in now.ended[len(before.ended) :]:
        yield {"event": "ended", **_sight(sight)}


def _marks(sight: Sight) -> object:
    """What makes it another sight: not that time has passed."""
    return sight.lost, [(stage.stage, stage.status) for stage in sight.note.stages], _metrics(sight)


def _metrics(sight: Sight) -> dict[str, Real]:
    return {trace.key: trace.values[-1] for trace in sight.traces if trace.values}


def _sight(sight: Sight) -> SightData:
    note: RunNote = sight.note
    return {
        "id": note.id,
        "name": note.name,
        "baseline": note.attempt.baseline,
        "overrides": list(note.attempt.overrides),
        "queued": note.queued,
        "owner": owner_data(note.owner),
        "lost": sight.lost,
        "began": note.began,
        "stages": [
            {"stage": one.stage, "status": one.status, "since": one.since, "seconds": one.seconds}
            for one in note.stages
        ],
        "devices": list(note.devices),
        "metrics": _metrics(sight),
        "ending": ending_data(note.ending) if note.ending else None,
    }
