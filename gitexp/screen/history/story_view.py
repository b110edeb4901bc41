"""`exp log NAME`: one experiment whole, for people and as JSON."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated, Literal, TypedDict

from gitexp.experiment.environment.record import Environment, environment_values
from gitexp.experiment.message import parse
from gitexp.experiment.table.compare import Change, compare_files
from gitexp.experiment.table.history import LogEntry
from gitexp.experiment.table.story import Story, reproduce
from gitexp.screen.cells import cell, one_line, short_time, signed
from gitexp.screen.compare.diff_view import ValueChange, diff_data, judgement
from gitexp.screen.history.environment_view import EnvironmentData, environment_data, environment_lines
from gitexp.screen.history.log_view import body_of, heading
from gitexp.screen.terminal import BOLD, paint
from gitexp.screen.text_table import align


class AuthorData(TypedDict):
    name: str
    email: str


class StageTold(TypedDict):
    stage: str
    status: str
    seconds: float


class LogLine(TypedDict):
    """An experiment: its commit, and what its message says for programs."""

    event: Literal["experiment"]
    name: str
    rev: str
    baseline: str
    author: AuthorData
    date: Annotated[str, "ISO 8601"]
    message: str
    overrides: list[str]
    job: Annotated[str | None, "its id, for `exp logs`"]
    group: Annotated[str | None, "what it is a repetition of, with other seeds"]
    note: str | None


class StoryLine(LogLine, total=False):
    """An experiment; one that was named has the fields from `params` on."""

    params: Annotated[dict[str, dict[str, ValueChange]], "by file and key, those that differ"]
    metrics: Annotated[dict[str, dict[str, ValueChange]], "by file and key"]
    stages: list[StageTold]
    host: str | None
    began: Annotated[float | None, "seconds since the epoch"]
    environment: Annotated[EnvironmentData | None, "what the run found around it; null: not known here"]
    here: Annotated[
        dict[str, dict[str, ValueChange]] | None,
        "what a run would find otherwise now: old is its own",
    ]
    before: Annotated[
        dict[str, dict[str, ValueChange]] | None,
        "what the baseline's own run found otherwise: new is the experiment's; null: not known",
    ]
    reproduce: Annotated[str, "the command that makes it again"]


def story_lines(story: Story, names: Mapping[str, str], colour: bool) -> Iterator[str]:
    """Heading, message, then a section for each thing that is known."""
    entry = story.entry
    yield from heading(entry, names, colour)
    yield ""
    yield f"    {one_line(entry.commit.message.partition(chr(10))[0])}"
    section = partial(_section, colour)
    if entry.remark:
        yield from section("Note", (one_line(line) for line in entry.remark.rstrip().split("\n")))
    yield from section("Overrides", (f"-S {one_line(text)}" for text in story.trailers.overrides))
    yield from section("Params that differ from the baseline", _changes(story.changes.params, False))
    measured = story.changes.metrics
    against = ", against the baseline" if any(change.old is not None for change in measured) else ""
    yield from section(f"Metrics{against}", _changes(measured, colour))
    rows = [(one_line(s.stage), s.status, short_time(s.seconds) if s.seconds else "") for s in story.stages]
    yield from section("Stages", align(rows))
    yield from section("Run", _run(story))
    if story.environment is not None:
        yield from section("Environment", environment_lines(story.environment, story.here, story.before))
    elif story.trailers.environment is not None:
        yield from section("Environment", ["recorded, but not here: `exp fetch` brings it"])
    yield from section("Again", [reproduce(story)])


def _section(colour: bool, title: str, lines: Iterable[str]) -> Iterator[str]:
    for i, line in enumerate(lines):
        if i == 0:
            yield from ["", paint(f"{title}:", BOLD, colour)]
        yield f"    {line}"


def _changes(changes: Sequence[Change], colour: bool) -> list[str]:
    """With colour, what is better is green, what is worse red."""
    rows = [
        (
            one_line(change.file),
            one_line(change.key),
            cell(change.new)
            if change.old == change.new or change.old is None
            else f"{cell(change.old)} -> {cell(change.new)}",
            signed(change.diff),
        )
        for change in changes
    ]
    styles = {(row, 3): judgement(change) for row, change in enumerate(changes)}
    return align(rows, styles=styles, colour=colour)


def _run(story: Story) -> Iterator[str]:
    if story.began is not None:
        began = datetime.datetime.fromtimestamp(story.began).isoformat(" ", "seconds")
        yield f"began {began} on {one_line(story.host or '?')}"
    if story.trailers.job:
        yield f"log: exp logs {one_line(story.entry.experiment.name)}"
    if story.trailers.group:
        yield f"one of the repetitions {one_line(story.trailers.group)}"


def entry_data(entry: LogEntry) -> LogLine:
    """An experiment as one JSON object: the fields of its commit and what its message says for programs."""
    commit, told = entry.commit, parse(entry.commit.message)
    zone = datetime.timezone.utc
    return {
        "event": "experiment",
        "name": entry.experiment.name,
        "rev": commit.oid,
        "baseline": entry.experiment.baseline,
        "author": {"name": commit.author_name, "email": commit.author_email},
        "date": datetime.datetime.fromtimestamp(commit.author_time, zone).isoformat(),
        "message": "\n".join(body_of(commit.message)),
        "overrides": list(told.overrides),
        "job": told.job,
        "group": told.group,
        "note": entry.remark or None,
    }


def story_data(story: Story) -> StoryLine:
    """The same with params, metrics, stages, the run and what it found around it. `here`: where a run would
    find something else here and now, old being the experiment's.
    """
    return {
        **entry_data(story.entry),
        "params": diff_data(story.changes.params),
        "metrics": diff_data(story.changes.metrics),
        "stages": [{"stage": s.stage, "status": s.status, "seconds": s.seconds} for s in story.stages],
        "host": story.host,
        "began": story.began,
        "environment": environment_data(story.environment),
        "before": _between(story.before, story.environment),
        "here": _between(story.environment, story.here),
        "reproduce": reproduce(story),
    }


def _between(old: Environment | None, new: Environment | None) -> dict[str, dict[str, ValueChange]] | None:
    if old is None or new is None:
        return None
    return diff_data(compare_files(environment_values(old), environment_values(new)))
