"""Run what failed again, with what it was: the same tree, overrides and targets, not the workspace of now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.build.stop import stop_on_signals
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.find import names_on
from gitexp.experiment.jobs.failed import FailedRun, failed_runs
from gitexp.experiment.jobs.run_note import note_of_job
from gitexp.experiment.kept import begun_ref
from gitexp.experiment.record import RunResult, Watcher
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.run.run import run_attempts
from gitexp.experiment.run.session import open_session
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import read_ref
from gitexp.git.repo import Repo
from gitexp.project import Project, find_project
from gitexp.queue.board import Board, open_board
from gitexp.queue.enqueue import names_in_queue, put_attempts
from gitexp.queue.job import Place, QueuedJob


@dataclass(frozen=True, slots=True)
class Again:
    """A run to be repeated. `folder` and `prefix` as in a RunNote; `entry`: its place in the queue."""

    attempt: Attempt
    request: RunRequest
    folder: str = ""
    prefix: str = ""
    entry: QueuedJob | None = None


def find_failures(repo: Repo, words: Sequence[str]) -> list[Again]:
    """The failed runs of these names, or all. Raises ExpError for a name that no failed run has."""
    board = open_board(repo)
    entries = {job.name: _of_entry(job) for _, job in board.entries(Place.FAILED)}
    with ObjectReader(repo) as reader:
        kept = {run.name: _of_kept(repo, run) for run in failed_runs(repo, reader)}
    known = {**kept, **entries}
    unknown = [word for word in words if word not in known]
    if unknown:
        raise ExpError(
            f"no failed run is called {', '.join(unknown)}.", "`exp log --failed` lists those there are."
        )
    chosen = [known[word] for word in dict.fromkeys(words)] if words else list(known.values())
    _require_free(repo, board, chosen)
    return chosen


def retry_here(
    project: Project, chosen: Sequence[Again], jobs: int | None, watcher: Watcher
) -> list[RunResult]:
    """Run failed runs again in this process, one after another; one result for each."""
    board = open_board(project.repo)
    results: list[RunResult] = []
    with stop_on_signals() as stop:
        for again in chosen:
            if stop.asked:
                break
            if again.entry is not None and not board.remove(again.entry, Place.FAILED):
                continue  # somebody else has it
            place = find_project(project.repo.work_tree / again.prefix)
            place = replace(place, cwd=place.root / again.folder)
            request = replace(again.request, jobs=jobs)
            with open_session(place, request, stop) as session:
                attempt = replace(again.attempt, job=None)
                results += run_attempts(replace(session, take_edits=False), [attempt], watcher)
    return results


def retry_queued(project: Project, chosen: Sequence[Again]) -> list[str]:
    """Queue failed runs again; their names."""
    board = open_board(project.repo)
    for again in chosen:
        if again.entry is not None:
            board.run_again(again.entry)
        else:
            place = find_project(project.repo.work_tree / again.prefix)
            place = replace(place, cwd=place.root / again.folder)
            put_attempts(place, again.request, [again.attempt])
    return [again.attempt.name for again in chosen]


def _of_entry(job: QueuedJob) -> Again:
    request = replace(job.request, overrides=job.attempt.overrides, name=job.name)
    return Again(job.attempt, request, job.folder, job.prefix, job)


def _of_kept(repo: Repo, run: FailedRun) -> Again:
    """From the note beside its log; where that is gone, from its commit."""
    begun = read_ref(repo, begun_ref(run.kept)) or run.commit.tree
    note = note_of_job(repo, run.trailers.job) if run.trailers.job else None
    if note is None:
        attempt = Attempt(run.name, run.kept.baseline, begun, run.trailers.overrides)
        return Again(attempt, RunRequest(overrides=attempt.overrides), "", run.trailers.project or "")
    attempt = replace(note.attempt, name=run.name, tree=begun)
    request = replace(note.request, overrides=attempt.overrides, name=run.name)
    return Again(attempt, request, note.folder, note.prefix)


def _require_free(repo: Repo, board: Board, chosen: Sequence[Again]) -> None:
    queued = names_in_queue(board)
    for again in chosen:
        name, baseline = again.attempt.name, again.attempt.baseline
        if name in queued.get(baseline, set()):
            raise ExpError(f"'{name}' is in the queue again already.")
        if name in names_on(repo, baseline) and not again.request.force:
            raise ExpError(
                f"there is an experiment '{name}' on its commit by now.", f"`exp rename {name} …` first."
            )
