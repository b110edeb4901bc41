"""`exp log --failed`: what failed or was interrupted, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.jobs.failed import FailedRun
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.git.repo import Repo
from gitexp.screen.cells import one_line, short_time
from gitexp.screen.history.environment_view import EnvironmentData, environment_data, environment_lines
from gitexp.screen.history.log_view import TRAILER, git_date
from gitexp.screen.talk import visible
from gitexp.screen.terminal import BOLD, YELLOW, paint


def failed_lines(
    repo: Repo, runs: Sequence[FailedRun], titles: Mapping[str, str], oneline: bool, colour: bool
) -> Iterator[str]:
    """A paragraph or a line for each."""
    if not runs:
        yield "No failed runs."
        return
    for i, run in enumerate(runs):
        if oneline:
            yield _line(run, colour)
        else:
            yield from [""] * (i > 0)
            yield from _paragraph(repo, run, titles, colour)


def failed_next(runs: Sequence[FailedRun]) -> list[str]:
    """What to type about the latest."""
    first = one_line(runs[0].name) if runs else ""
    return [f"exp logs {first}   exp apply {first}   exp retry {first}"] if runs else []


class FailedLine(TypedDict):
    """A run that failed or was interrupted."""

    event: Literal["failed"]
    name: str
    rev: Annotated[str, "the commit of what was kept of it"]
    baseline: str
    state: Annotated[str, "failed or interrupted"]
    stage: str | None
    exit_code: int | None
    reason: str | None
    seconds: float
    overrides: list[str]
    job: Annotated[str | None, "its id, for `exp logs`"]
    environment: Annotated[EnvironmentData | None, "what it found around it; null: not known here"]


def failed_data(runs: Sequence[FailedRun]) -> Iterator[FailedLine]:
    """An object for each run."""
    for run in runs:
        yield {
            "event": "failed",
            "name": run.name,
            "rev": run.kept.commit,
            "baseline": run.kept.baseline,
            "state": run.ending.state,
            "stage": run.ending.stage,
            "exit_code": run.ending.exit_code,
            "reason": run.ending.message,
            "seconds": run.ending.seconds,
            "overrides": list(run.trailers.overrides),
            "job": run.trailers.job,
            "environment": environment_data(run.environment),
        }


def _line(run: FailedRun, colour: bool) -> str:
    name = paint(one_line(run.name), BOLD, colour)
    changed = one_line(" ".join(run.trailers.overrides))
    return f"{paint(run.kept.commit[:7], YELLOW, colour)} ({name}) {one_line(_how(run))}  {changed}".rstrip()


def _paragraph(repo: Repo, run: FailedRun, titles: Mapping[str, str], colour: bool) -> Iterator[str]:
    name = paint(one_line(run.name), BOLD, colour)
    yield f"{paint(f'commit {run.kept.commit}', YELLOW, colour)} ({name})"
    baseline = titles.get(run.kept.baseline)
    yield f"Baseline: {run.kept.baseline[:7]}{f' ({one_line(baseline)})' if baseline else ''}"
    yield f"Date:     {git_date(run.commit.author_time, run.commit.author_zone)}"
    yield f"Ended:    {one_line(_how(run))}"
    if run.trailers.job is not None:
        log = job_of_entry(repo, run.trailers.job).log
        yield f"Log:      {one_line(str(log)) if log.exists() else 'not here'}"
    if run.environment is not None:
        yield f"Ran in:   {'; '.join(environment_lines(run.environment, None))}"
    yield ""
    paragraphs = run.commit.message.rstrip().split("\n\n")
    if paragraphs[-1].startswith(TRAILER):
        paragraphs.pop()
    for line in visible("\n\n".join(paragraphs)).split("\n"):
        yield f"    {line}".rstrip()


def _how(run: FailedRun) -> str:
    """'failed after 2.1s in stage train: exited with 3'."""
    ending = run.ending
    stage = f" in stage '{ending.stage}'" if ending.stage else ""
    why = f": {ending.message}" if ending.message else ""
    return f"{ending.state} after {short_time(ending.seconds)}{stage}{why}"
