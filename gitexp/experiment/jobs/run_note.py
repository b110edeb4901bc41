"""What a run tells of itself while it runs, and what is kept of it afterwards: one small JSON file.

    .git/gitexp/running/<id>.json     while it runs, rewritten twice a second at most; its mtime: heartbeat
    .git/gitexp/jobs/<id>/run.json    once it has ended, beside its log

So who watches lists one folder that holds nothing but what runs now. What is still in it although its process
is gone was killed; its attempt and request are all that is needed to run it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gitexp.cache.traffic import Traffic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.jobs.joblog import Job, jobs_folder
from gitexp.experiment.json_record import parse_record
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.git.owner import Owner
from gitexp.git.repo import Repo

# Beside the values of build.events.Outcome.
WAITING, RUNNING, SHARED, FETCHING = "waiting", "running", "shared", "fetching"
NOT_OVER = frozenset({WAITING, RUNNING, SHARED, FETCHING})


@dataclass(frozen=True, slots=True)
class StageNote:
    """One stage: `status` is one of the words above or an Outcome's value."""

    stage: str
    status: str = WAITING
    since: float = 0.0  # when it came to this, in seconds since the epoch
    seconds: float = 0.0  # how long it took, once ended
    fetched: Traffic | None = None  # of the data that it needs, while it comes


@dataclass(frozen=True, slots=True)
class RunNote:
    """One run. `root` is the DVC root that it works in, `metrics` the files there that tell how it does.

    `folder` and `prefix`: where the user stood in the DVC root, and the DVC root in the Git root.
    `queued`: it is an entry of the queue, which knows what to do when it is lost.
    """

    id: str
    attempt: Attempt
    request: RunRequest
    owner: Owner
    began: float  # seconds since the epoch
    folder: str = ""
    prefix: str = ""
    queued: bool = False
    root: str = ""
    metrics: tuple[str, ...] = ()
    stages: tuple[StageNote, ...] = ()
    devices: tuple[str, ...] = ()  # that its commands use now
    ending: Ending | None = None

    @property
    def name(self) -> str:
        return self.attempt.name


def running_folder(repo: Repo) -> Path:
    return repo.state_dir / "running"


def running_file(repo: Repo, identity: str) -> Path:
    return running_folder(repo) / f"{identity}.json"


def ended_file(job: Job) -> Path:
    return job.folder / "run.json"


def read_note(path: Path) -> RunNote | None:
    """The note in a file; None when there is none (any more), or it is damaged."""
    try:
        return parse_record(RunNote, path.read_bytes(), str(path))
    except (OSError, ExpError):
        return None


def note_of_job(repo: Repo, identity: str) -> RunNote | None:
    """What is known of a run by its id, whether it has ended or not."""
    job = Job(identity, jobs_folder(repo) / identity)
    return read_note(ended_file(job)) or read_note(running_file(repo, identity))


def running_notes(repo: Repo) -> Iterator[tuple[Path, RunNote]]:
    """Every run that has begun and not ended, oldest first, those of dead processes among them."""
    for path in sorted(running_folder(repo).glob("*.json")):
        note = read_note(path)
        if note is not None:
            yield path, note
