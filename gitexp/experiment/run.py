"""`exp run`: one experiment or a sweep of them, from one snapshot of the workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gitexp.build.events import Warned
from gitexp.build.stop import Stop, stop_on_signals
from gitexp.errors import ExpError
from gitexp.experiment.attempt import run_attempt
from gitexp.experiment.prepare import prepare
from gitexp.experiment.record import RunEnded, RunEvent, RunResult, State, Watcher, unwatched
from gitexp.experiment.request import Attempt, RunRequest
from gitexp.experiment.session import Session, open_session
from gitexp.experiment.sweep import run_all
from gitexp.git.snapshot import Snapshot
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
        for warning in warnings_of(prepared.snapshot):
            watcher(RunEvent("", warning))
        with open_session(project, request, asked) as session:
            return run_attempts(session, prepared.attempts, watcher)


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


def warnings_of(snapshot: Snapshot) -> list[Warned]:
    """What the user should know about a snapshot: what of the workspace it leaves out, and what helps."""
    nested = [path for path in snapshot.left_out if path.endswith("/")]
    big = [path for path in snapshot.left_out if not path.endswith("/")]
    warnings = []
    if big:
        warnings.append(
            Warned(
                f"too big for a commit, so the run does not see: {_some(big)}",
                f"`exp add {big[0]}` to track it as data, a line in .gitignore if no run needs it, "
                f"or `-C {big[0]}` to copy it into this run.",
            )
        )
    if nested:
        warnings.append(
            Warned(
                f"a Git repository of its own, so the run does not see: {_some(nested)}",
                f"make it a submodule, or `-C {nested[0]}` to copy it into this run; "
                "a line in .gitignore if no run needs it.",
            )
        )
    return warnings


def _some(paths: Sequence[str]) -> str:
    """The first five."""
    more = len(paths) - 5
    return f"{', '.join(paths[:5])} and {more} more" if more > 0 else ", ".join(paths)
