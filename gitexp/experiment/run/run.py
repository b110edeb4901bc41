"""`exp run`: one experiment or a sweep of them, from one snapshot of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp import deferred
from gitexp.build.stop import Stop, stop_on_signals
from gitexp.errors import ExpError
from gitexp.experiment.record import RunEnded, RunEvent, RunResult, State, SweepStarted, Watcher, unwatched
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.run.attempt import run_attempt
from gitexp.experiment.run.prepare import prepare, warnings_before
from gitexp.experiment.run.session import Session, open_session
from gitexp.experiment.run.sweep import run_all
from gitexp.project import Project


def run_experiments(
    project: Project, request: RunRequest, watcher: Watcher = unwatched, stop: Stop | None = None
) -> list[RunResult]:
    """Run what `request` asks for; one result for each experiment, in the order of the sweep.

    Ctrl-C and SIGTERM stop what runs and leave out what has not begun. Raises ExpError for what is wrong
    before any stage runs; in a sweep only if it concerns all (elsewhere it fails the one experiment).
    """
    with stop_on_signals(stop) as asked:
        prepared = prepare(project, request)
        for warning in warnings_before(prepared):
            watcher(RunEvent("", warning))
        if not prepared.attempts:
            return []
        if len(prepared.attempts) > 1:
            watcher(SweepStarted(len(prepared.attempts)))
        with open_session(project, request, asked) as session:
            results = run_attempts(session, prepared.attempts, watcher)
        push_made(project, results, watcher)
        return results


def push_made(project: Project, results: Sequence[RunResult], watcher: Watcher) -> None:
    """Push the experiments among `results` if the settings say so; `watcher` hears what went wrong."""
    made = [result.experiment for result in results if result.experiment is not None]
    if made and project.settings.exp_auto_push:
        for warning in deferred.module("gitexp.experiment.share.auto_push").auto_push(project, made):
            watcher(RunEvent("", warning))


def run_attempts(session: Session, attempts: Sequence[Attempt], watcher: Watcher) -> list[RunResult]:
    """Run attempts that share a session, as many at once as it has jobs.

    A worktree costs a checkout: more of them than commands that may run would only wait.
    """
    base = session.revisions.commit(attempts[0].baseline)
    if len(attempts) == 1:
        return [run_attempt(session, attempts[0], base, watcher)]

    def work(attempt: Attempt) -> RunResult:
        try:
            return run_attempt(session, attempt, base, watcher)
        except ExpError as error:
            return _failed(attempt, error, watcher)

    done = run_all(attempts, work, session.jobs, session.stop)
    return [*done, *(_not_begun(attempt) for attempt in attempts[len(done) :])]


def _failed(attempt: Attempt, error: ExpError, watcher: Watcher) -> RunResult:
    """What one experiment of a sweep got wrong does not concern the others."""
    result = replace(_not_begun(attempt), state=State.FAILED, error=error.message)
    watcher(RunEnded(result))
    return result


def _not_begun(attempt: Attempt) -> RunResult:
    return RunResult(attempt.name, State.INTERRUPTED, attempt.baseline, overrides=attempt.overrides)
