"""One entry of the queue: what to run, how it stands, how it ended. Read and written as one JSON file."""

from __future__ import annotations

import re
from dataclasses import field, replace
from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.git.owner import Owner, owner_word, parse_owner_word

_FILE_NAME = re.compile(r"(\d+)-([^+@]+)(?:\+(\d+))?(?:@(.+))?\.json")


class Place(Enum):
    """Where an entry stands: the folder that its file lies in. Moving it is one rename."""

    QUEUED = "queued"
    HELD = "held"  # stays until released
    SUBMITTED = "submitted"  # given to an engine, which will start it
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
        """`<order>-<id>[+<times lost>][@<owner>].json`: sorts by order without being read.

        What changes when an entry changes its place stands in the name, so that one rename does it whole.
        """
        lost = f"+{self.lost}" if self.lost else ""
        owner = f"@{owner_word(self.owner)}" if self.owner else ""
        return f"{self.order:020d}-{self.id}{lost}{owner}.json"


def dump_job(job: QueuedJob) -> bytes:
    return dump_record(job)


@dataclass(frozen=True, slots=True)
class Slip:
    """What the name of an entry's file tells: all that changes while it moves, without reading the file."""

    file_name: str
    id: str
    order: int
    lost: int = 0
    owner: Owner | None = None

    @property
    def group(self) -> str:
        """What was queued with it, by one command."""
        return self.id.rpartition("-")[0]


def read_name(file_name: str) -> Slip | None:
    """What a file name tells; None when it is none of an entry."""
    order, _, rest = file_name.partition("-")
    if order.isdigit() and rest.endswith(".json") and "@" not in rest and "+" not in rest:
        return Slip(file_name, rest[:-5], int(order))  # by far the most
    found = _FILE_NAME.fullmatch(file_name)
    if found is None:
        return None
    order, id, lost, owner = found.groups()
    return Slip(file_name, id, int(order), int(lost or 0), parse_owner_word(owner) if owner else None)


def under_name(job: QueuedJob, file_name: str) -> QueuedJob:
    """The entry as the name of its file has it: the name is newer than what is written inside."""
    slip = read_name(file_name)
    if slip is None:
        return job
    return replace(job, id=slip.id, order=slip.order, lost=slip.lost, owner=slip.owner)


def parse_job(text: bytes, where: str) -> QueuedJob:
    """The entry in `text`; an ExpError that names the file when it is damaged."""
    try:
        return parse_record(QueuedJob, text, where)
    except ExpError as error:
        raise ExpError(error.message.replace("it can't be read", "not a queue entry"), error.hint) from error


def ended(job: QueuedJob, ending: Ending) -> QueuedJob:
    return replace(job, owner=None, ending=ending)
