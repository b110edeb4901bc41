"""`exp log` as `git log` would show it: an experiment a paragraph, or a line."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from gitexp.experiment.table.compare import Change, Comparison
from gitexp.experiment.table.history import LogEntry
from gitexp.screen.cells import cell, one_line
from gitexp.screen.talk import visible
from gitexp.screen.terminal import BOLD, YELLOW, paint
from gitexp.screen.text_table import align

TRAILER = "Gitexp-"


def log_paragraph(entry: LogEntry, names: Mapping[str, str], colour: bool) -> Iterator[str]:
    """Commit, name, baseline, author, date and message, as `git log` lays them out."""
    commit = entry.commit
    yield from heading(entry, names, colour)
    yield ""
    for line in _body(commit.message, entry.changes):
        yield f"    {line}".rstrip()
    if entry.remark:
        yield from ["", "Note:"]
        yield from (f"    {line}" for line in visible(entry.remark.rstrip()).split("\n"))


def heading(entry: LogEntry, names: Mapping[str, str], colour: bool) -> Iterator[str]:
    """Commit, name, baseline, author and date."""
    experiment, commit = entry.experiment, entry.commit
    name = paint(one_line(experiment.name), BOLD, colour)
    yield f"{paint(f'commit {commit.oid}', YELLOW, colour)} ({name})"
    baseline = names.get(experiment.baseline)
    yield f"Baseline: {experiment.baseline[:7]}{f' ({one_line(baseline)})' if baseline else ''}"
    yield f"Author:   {one_line(commit.author_name)} <{one_line(commit.author_email)}>"
    yield f"Date:     {git_date(commit.author_time, commit.author_zone)}"


def log_line(entry: LogEntry, colour: bool) -> str:
    """'d6f26be (brave-otter) train.lr=0.2'."""
    experiment = entry.experiment
    subject = entry.commit.message.partition("\n")[0]
    if entry.changes is not None:
        subject = ", ".join(_words(change) for change in entry.changes.params) or subject
    subject = subject.removeprefix(f"exp {experiment.name}: ")
    commit = paint(experiment.commit[:7], YELLOW, colour)
    remark = f"  # {one_line(entry.remark.rstrip())}" if entry.remark else ""
    return f"{commit} ({paint(one_line(experiment.name), BOLD, colour)}) {one_line(subject)}{remark}"


def _body(message: str, changes: Comparison | None) -> Iterator[str]:
    """The message without the trailers, and what it does not say itself."""
    yield from map(visible, body_of(message))
    if changes is not None:
        yield from _changed("params", changes.params)
        yield from _changed("metrics", changes.metrics)


def body_of(message: str) -> list[str]:
    """The lines of a message without the trailers, which are for programs."""
    paragraphs = message.rstrip().split("\n\n")
    if len(paragraphs) > 1 and paragraphs[-1].startswith(TRAILER):
        paragraphs.pop()
    return "\n\n".join(paragraphs).split("\n")


def _changed(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"{title}:"
    rows = [
        (one_line(change.file), one_line(change.key), f"{cell(change.old)} -> {cell(change.new)}")
        for change in changes
    ]
    for line in align(rows):
        yield f"  {line}"


def _words(change: Change) -> str:
    return f"{change.key}={cell(change.new)}" if change.new is not None else f"~{change.key}"


def git_date(seconds: int, zone: str) -> str:
    """'Mon Nov 24 02:00:09 2026 +0000', in the author's own time zone."""
    sign = -1 if zone.startswith("-") else 1
    offset = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5])) * sign
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone(offset))
    return f"{moment:%a %b} {moment.day} {moment:%H:%M:%S %Y} {zone}"
