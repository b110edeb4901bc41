"""The queue for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.ending import Ending
from gitexp.git.owner import Owner
from gitexp.queue.begin import Begun
from gitexp.queue.control import QueueState
from gitexp.queue.engines.reconcile import Joined
from gitexp.queue.job import Place, QueuedJob


class OwnerData(TypedDict):
    """A process, wherever it runs."""

    host: str
    boot: Annotated[str, "changes with every start of the machine"]
    pid: int
    started: str


class EndingData(TypedDict):
    """How a run ended."""

    state: str
    commit: Annotated[str | None, "the experiment, or what was kept of a failed one"]
    stage: str | None
    exit_code: int | None
    message: str | None
    seconds: float
    at: Annotated[float, "seconds since the epoch"]


class EntryData(TypedDict):
    """An entry of the queue."""

    id: str
    name: str
    state: Annotated[str, "queued, held, running, success or failed"]
    baseline: str
    overrides: list[str]
    created: Annotated[float, "seconds since the epoch"]
    lost: Annotated[int, "how many workers died with it"]
    owner: OwnerData | None
    ending: EndingData | None


class EngineData(TypedDict):
    """What an engine says of an entry that it has."""

    name: str
    address: str
    job: Annotated[str, "the engine's own id of its job"]
    standing: Annotated[str | None, "of the job: pending, running, ended or lost"]
    others: Annotated[
        bool, "the job has several entries and has begun: this one runs only if its state says so"
    ]
    state: Annotated[str | None, "in the engine's words"]
    reason: str | None
    where: str | None


class StandingEntry(EntryData):
    engine: EngineData | None


class QueueAnswer(TypedDict):
    """The queue at one moment: running, queued, held, failed, done; and who is at work."""

    entries: list[StandingEntry]
    left_out: Annotated[int, "how many more entries there are; counts has all"]
    counts: Annotated[dict[str, int], "entries by state"]
    workers: list[OwnerData]
    put_back: Annotated[list[str], "ids of entries that their engine lost"]
    silent: Annotated[dict[str, str], "engines that could not be asked, and why"]


class QueueChange(TypedDict):
    """The entries that a command changed, as they are now."""

    entries: list[EntryData]


class ForgottenEntry(TypedDict):
    id: str
    name: str


class ForgottenAnswer(TypedDict):
    """The entries that the queue no longer has."""

    removed: list[ForgottenEntry]


class StartAnswer(TypedDict):
    """Who runs the queue now."""

    on: Annotated[str, "local, or an engine"]
    workers: Annotated[int, "started on this machine"]
    submitted: Annotated[list[str], "ids of entries that an engine has now"]
    jobs: Annotated[int, "of the engine, for these: fewer when a job has several"]
    left: Annotated[int, "entries that were refused and stay in the queue"]
    error: Annotated[str | None, "why: exit code 1"]
    remarks: Annotated[list[str], "what else there is to know of it"]


class StopAnswer(TypedDict):
    """Workers that were told to go home, and what was taken back from engines."""

    told: int
    stopped: Annotated[int | None, "with --kill: how many of them are gone"]
    taken_back: Annotated[list[str], "entries that waited for an engine, by name"]
    asked_to_stop: Annotated[list[str], "entries that an engine runs, by name"]


class QueuedAgainLine(TypedDict):
    """Failed runs that `exp retry --queue` put into the queue."""

    event: Literal["queued_again"]
    names: list[str]


class QueuedLine(EntryData):
    """What `exp run --queue` put into the queue."""

    event: Literal["queued"]


def queue_data(state: QueueState) -> QueueAnswer:
    """What `exp queue status` shows."""
    return {
        "entries": [
            {**entry_data(place, job), "engine": _engine_data(job, state.joined)}
            for place, job in state.entries
        ],
        "left_out": state.left_out,
        "counts": {place.value: number for place, number in state.counts.items()},
        "workers": [owner_data(worker.owner) for worker in state.workers],
        "put_back": [job.id for job in state.joined.put_back],
        "silent": {str(target): problem for target, problem in state.joined.silent.items()},
    }


def _engine_data(job: QueuedJob, joined: Joined) -> EngineData | None:
    ticket, word = joined.tickets.get(job.id), joined.words.get(job.id)
    if ticket is None:
        return None
    return {
        "name": ticket.engine,
        "address": ticket.address,
        "job": ticket.handle,
        "standing": word.standing.value if word else None,
        "others": word.others if word else False,
        "state": word.state if word else None,
        "reason": word.reason if word else None,
        "where": word.where if word else None,
    }


def begun_data(begun: Begun) -> StartAnswer:
    return {
        "on": str(begun.target),
        "workers": begun.workers,
        "submitted": [ticket.entry for ticket in begun.tickets],
        "jobs": begun.jobs,
        "left": begun.left,
        "error": begun.error.message if begun.error else None,
        "remarks": list(begun.remarks),
    }


def changed_data(jobs: Sequence[QueuedJob], place: Place) -> QueueChange:
    """Entries that stand at `place` now."""
    return {"entries": [entry_data(place, job) for job in jobs]}


def forgotten_data(jobs: Sequence[QueuedJob]) -> ForgottenAnswer:
    return {"removed": [{"id": job.id, "name": job.name} for job in jobs]}


def queued_again_line(names: Sequence[str]) -> QueuedAgainLine:
    return {"event": "queued_again", "names": list(names)}


def queued_data(job: QueuedJob) -> QueuedLine:
    return {"event": "queued", **entry_data(Place.QUEUED, job)}


def owner_data(owner: Owner) -> OwnerData:
    return {"host": owner.host, "boot": owner.boot, "pid": owner.pid, "started": owner.started}


def ending_data(ending: Ending) -> EndingData:
    return {
        "state": ending.state,
        "commit": ending.commit,
        "stage": ending.stage,
        "exit_code": ending.exit_code,
        "message": ending.message,
        "seconds": ending.seconds,
        "at": ending.at,
    }


def entry_data(place: Place, job: QueuedJob) -> EntryData:
    return {
        "id": job.id,
        "name": job.name,
        "state": place.value,
        "baseline": job.attempt.baseline,
        "overrides": list(job.attempt.overrides),
        "created": job.created,
        "lost": job.lost,
        "owner": owner_data(job.owner) if job.owner else None,
        "ending": ending_data(job.ending) if job.ending else None,
    }
