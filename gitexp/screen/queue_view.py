"""The queue for people and for programs: one line an entry, then who is at work."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict

from gitexp.pipeline.stage import Value
from gitexp.queue.control import QueueState
from gitexp.queue.job import Place, QueuedJob
from gitexp.screen.talk import visible
from gitexp.screen.text_table import align

MOST_NAMES = 20  # of a long sweep
_WORDS = {
    Place.QUEUED: "Queued",
    Place.HELD: "Held",
    Place.RUNNING: "Running",
    Place.SUCCESS: "Success",
    Place.FAILED: "Failed",
}


def queue_lines(state: QueueState, now: float) -> list[str]:
    """The table of `exp queue status`: DVC's columns, then how long, and what went wrong."""
    if not state.entries:
        lines = ["No experiment tasks in the queue."]
    else:
        rows = [["Task", "Name", "Created", "Status", "Time", "Why"]]
        rows += [_row(place, job, now) for place, job in state.entries]
        lines = align([row[:5] for row in rows] if all(not row[5] for row in rows[1:]) else rows)
    idle = len(state.workers) - state.busy
    return [*lines, "", f"Worker status: {state.busy} active, {idle} idle"]


def queue_data(state: QueueState) -> Value:
    """The same as one JSON object: `{"entries": [...], "workers": [...]}`."""
    return {
        "entries": [entry_data(place, job) for place, job in state.entries],
        "workers": [asdict(worker.owner) for worker in state.workers],
    }


def entry_data(place: Place, job: QueuedJob) -> Value:
    return {
        "id": job.id,
        "name": job.name,
        "state": place.value,
        "baseline": job.attempt.baseline,
        "overrides": list(job.attempt.overrides),
        "created": job.created,
        "lost": job.lost,
        "owner": asdict(job.owner) if job.owner else None,
        "ending": asdict(job.ending) if job.ending else None,
    }


def queued_lines(jobs: Sequence[QueuedJob]) -> list[str]:
    """What `exp run --queue` says: DVC's line for each, then what to type next."""
    lines = [f"Queued experiment '{visible(job.name)}' for future execution." for job in jobs[:MOST_NAMES]]
    if len(jobs) > MOST_NAMES:
        lines.append(f"… and {len(jobs) - MOST_NAMES} more.")
    return [
        *lines,
        "",
        "Next: exp queue start -j 2     in the background",
        "      exp run --run-all -j 2  here",
    ]


def names(jobs: Sequence[QueuedJob]) -> str:
    return ", ".join(visible(job.name) for job in jobs)


def _row(place: Place, job: QueuedJob, now: float) -> list[str]:
    return [
        short_id(job),
        visible(job.name),
        _created(job.created, now),
        _WORDS[place],
        f"{job.ending.seconds:.1f} s" if job.ending else "",
        visible(_why(place, job)),
    ]


def short_id(job: QueuedJob) -> str:
    """Enough of the id to tell it from the others on a screen; commands take the name or the whole id."""
    group, _, number = job.id.rpartition("-")
    return f"{group[-4:]}-{number}"


def _created(at: float, now: float) -> str:
    """As DVC writes it: the time of a day for today, else the date."""
    moment, today = time.localtime(at), time.localtime(now)
    same_day = (moment.tm_year, moment.tm_yday) == (today.tm_year, today.tm_yday)
    return time.strftime("%I:%M %p" if same_day else "%b %d, %Y", moment)


def _why(place: Place, job: QueuedJob) -> str:
    if place is Place.RUNNING:
        return f"on {job.owner}" if job.owner else ""
    if job.ending is None or place is Place.SUCCESS:
        return ""
    stage = f"{job.ending.stage}: " if job.ending.stage else ""
    return f"{stage}{job.ending.message or job.ending.state}"
