"""A folder for each run under .git/gitexp/jobs: its log survives whatever becomes of the run."""

from __future__ import annotations

import os
import time
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.git.repo import Repo


@dataclass(frozen=True, slots=True)
class Job:
    """One run's folder; `log` is everything its stages wrote."""

    id: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "log"


def jobs_folder(repo: Repo) -> Path:
    return repo.state_dir / "jobs"


def job_of_entry(repo: Repo, identity: str) -> Job:
    """The folder of a queue entry's runs: every try of one entry writes to one log."""
    return Job(identity, jobs_folder(repo) / identity)


def open_job(repo: Repo, name: str, entry: str | None = None) -> Job:
    """The folder of a run: the queue entry's, or a new one; made now, with a log to be followed.

    Ids sort by time; the random part keeps runs apart that start in the same second on machines that
    share the repository.
    """
    if entry is not None:
        job = job_of_entry(repo, entry)
        job.folder.mkdir(parents=True, exist_ok=True)
        job.log.touch()
        return job
    identity = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.urandom(3).hex()}-{_short(name)}"
    job = Job(identity, jobs_folder(repo) / identity)
    job.folder.mkdir(parents=True)
    job.log.touch()
    return job


def _short(name: str) -> str:
    """At most 80 bytes of the name: a file name may have 255."""
    return os.fsdecode(os.fsencode(name)[:80]) if len(os.fsencode(name)) > 80 else name


def tail(log: Path, lines: int = 20) -> tuple[str, ...]:
    """The last lines of a log, without reading all of it; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - lines * 400))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ()
    return tuple(text.splitlines()[-lines:])
