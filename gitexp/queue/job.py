"""One entry of the queue: what to run, how it stands, how it ended. Read and written as one JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from typing import Any

from gitexp.errors import ExpError
from gitexp.experiment.request import Attempt, Scope, Terms
from gitexp.git.owner import Owner


class Place(Enum):
    """Where an entry stands: the folder that its file lies in. Moving it is one rename."""

    QUEUED = "queued"
    HELD = "held"  # stays until released
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Ending:
    """How an entry ended, for people: which stage failed, with what."""

    state: str  # a value of gitexp.experiment.record.State
    commit: str | None = None  # the experiment, or what was kept of a failed one
    stage: str | None = None
    exit_code: int | None = None
    message: str | None = None
    seconds: float = 0.0
    at: float = 0.0  # seconds since the epoch


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """One experiment to be, with everything that its run needs and nothing of the workspace.

    `order` sorts the queue; `tries` counts the runs begun; `snapshot` is the commit under refs/gitexp/
    that holds the workspace as it was when queued.
    """

    id: str
    order: int
    attempt: Attempt
    snapshot: str
    created: float
    scope: Scope = Scope()
    message: str | None = None
    force: bool = False
    keep_going: bool = False
    copy_paths: tuple[str, ...] = ()
    terms: Terms = Terms()
    folder: str = ""  # where the user stood, relative to the DVC root: targets are named from there
    lost: int = 0  # how many workers died with it
    retries: int = 1  # how many may, before it is failed
    group: str | None = None  # the sweep it belongs to
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
    return json.dumps(asdict(job), ensure_ascii=True, separators=(",", ":")).encode()


def parse_job(text: bytes, where: str) -> QueuedJob:
    """The entry in `text`; an ExpError that names the file when it is damaged."""
    try:
        data = dict(json.loads(text))
        job = QueuedJob(
            **{
                **_lists_as_tuples(_known(QueuedJob, data)),
                "attempt": Attempt(**_lists_as_tuples(_known(Attempt, data["attempt"]))),
                "scope": Scope(**_lists_as_tuples(_known(Scope, data.get("scope") or {}))),
                "terms": Terms(**_known(Terms, data.get("terms") or {})),
                "owner": Owner(**data["owner"]) if data.get("owner") else None,
                "ending": Ending(**_known(Ending, data["ending"])) if data.get("ending") else None,
            }
        )
    except (ValueError, TypeError, KeyError) as error:
        raise ExpError(
            f"{where}: not a queue entry: {error}", "remove the file; nothing else refers to it."
        ) from error
    if not isinstance(job.id, str) or not isinstance(job.order, int):
        raise ExpError(f"{where}: not a queue entry.", "remove the file; nothing else refers to it.")
    return job


def ended(job: QueuedJob, ending: Ending) -> QueuedJob:
    return replace(job, owner=None, ending=ending)


def _known(record: type, data: dict[str, Any]) -> dict[str, Any]:
    """The keys that this version knows: a newer gitexp may have written more."""
    names = {each.name for each in fields(record)}
    return {key: value for key, value in data.items() if key in names}


def _lists_as_tuples(data: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
