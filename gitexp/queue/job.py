"""One entry of the queue: what to run, how it stands, how it ended. Read and written as one JSON file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.git.owner import Owner


class Place(Enum):
    """Where an entry stands: the folder that its file lies in. Moving it is one rename."""

    QUEUED = "queued"
    HELD = "held"  # stays until released
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """One experiment to be, with everything that its run needs and nothing of the workspace.

    `order` sorts the queue; `snapshot` is the commit under refs/gitexp/ that holds the workspace as it was
    when queued; `request` is what was asked for, of the whole sweep if it is one of a sweep.
    """

    id: str
    order: int
    attempt: Attempt
    snapshot: str
    created: float
    request: RunRequest = RunRequest()
    folder: str = ""  # where the user stood, relative to the DVC root: targets are named from there
    prefix: str = ""  # the DVC root, relative to the Git root
    lost: int = 0  # how many workers died with it
    retries: int = 1  # how many may, before it is failed
    group: str | None = None  # what was queued with it, by one command
    owner: Owner | None = None
    ending: Ending | None = field(default=None)

    @property
    def name(self) -> str:
        return self.attempt.name

    @property
    def file_name(self) -> str:
        """Sorts by order without being read."""
        return f"{self.order:020d}-{self.id}.json"


def dump_job(job: QueuedJob) -> bytes:
    return dump_record(job)


def parse_job(text: bytes, where: str) -> QueuedJob:
    """The entry in `text`; an ExpError that names the file when it is damaged."""
    try:
        return parse_record(QueuedJob, text, where)
    except ExpError as error:
        raise ExpError(error.message.replace("it can't be read", "not a queue entry"), error.hint) from error


def ended(job: QueuedJob, ending: Ending) -> QueuedJob:
    return replace(job, owner=None, ending=ending)
