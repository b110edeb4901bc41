"""What a name means beside experiments: an entry that waits, a run that goes on, one that failed."""

from __future__ import annotations

from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.find import experiment_called, resolve_commit
from gitexp.experiment.jobs.joblog import Job, jobs_folder
from gitexp.experiment.jobs.overridden_tree import overridden_tree
from gitexp.experiment.jobs.run_note import running_file, running_notes
from gitexp.experiment.message import parse
from gitexp.git.objects import ObjectReader, write_commit
from gitexp.git.repo import Repo
from gitexp.project import Project
from gitexp.queue.board import open_board
from gitexp.queue.job import Place, QueuedJob

_UNFINISHED = (Place.RUNNING, Place.QUEUED, Place.SUBMITTED, Place.HELD, Place.FAILED)


@dataclass(frozen=True, slots=True)
class RunLog:
    """The log of a run; `running` is the file that is there while it runs."""

    name: str
    path: Path
    running: Path


def queued_job(repo: Repo, word: str, *places: Place) -> QueuedJob | None:
    """The newest entry of that name or id that did not become an experiment; None if there is none."""
    found = open_board(repo).newest(word, *(places or _UNFINISHED))
    return found[1] if found else None


def commit_of_entry(project: Project, word: str) -> str | None:
    """A commit that holds what the entry `word` of the queue will run, its overrides applied.

    None when the word names no entry, or an experiment as well: that is what people mean then.
    """
    job = queued_job(project.repo, word)
    if job is None or experiment_called(project.repo, word) is not None:
        return None
    if job.ending is not None and job.ending.commit is not None:
        return job.ending.commit
    tree = overridden_tree(project, job.attempt, job.folder, job.prefix)
    return write_commit(project.repo, tree, [job.attempt.baseline], f"exp {job.name}: queued\n")


def find_log(repo: Repo, word: str) -> RunLog:
    """The log of the run, experiment or queue entry called `word`. Raises ExpError for none."""
    running = [note for _, note in running_notes(repo) if word in (note.name, note.id)]
    if running:
        return _log(repo, running[-1].name, running[-1].id)
    job = queued_job(repo, word)
    if job is not None and _log(repo, job.name, job.id).path.exists():
        return _log(repo, job.name, job.id)
    if job is not None and job.ending is None:
        raise ExpError(
            f"'{job.name}' is in the queue and has not begun: it has no log yet.",
            "`exp queue start` starts a worker; `exp queue status` says what an engine waits for.",
        )
    return _log_of_commit(repo, word)


def _log_of_commit(repo: Repo, word: str) -> RunLog:
    commit = resolve_commit(repo, word)
    with ObjectReader(repo) as reader:
        found = reader.commit(commit)
    identity = parse(found.message).job if found else None
    log = _log(repo, word, identity) if identity else None
    if log is None or not log.path.exists():
        raise ExpError(f"there is no log of '{word}' here.", "logs stay where the run took place.")
    return log


def _log(repo: Repo, name: str, identity: str) -> RunLog:
    job = Job(identity, jobs_folder(repo) / identity)
    return RunLog(name, job.log, running_file(repo, identity))
