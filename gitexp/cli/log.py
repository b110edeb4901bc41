"""`exp log`: experiments one by one, newest first, like git log; one of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import typer

from gitexp.cli.bounds import ALL, MOST_LINES, MOST_OBJECTS, bound, hint, tell_left_out
from gitexp.cli.table_options import REV
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.find import is_name
from gitexp.experiment.log_git import commits_between, read_patch
from gitexp.experiment.table.history import LogEntry, LogRequest, find_log, read_entries, read_failed
from gitexp.experiment.table.story import read_story
from gitexp.experiment.table.table import RevisionReader
from gitexp.git.refs import names_of
from gitexp.project import Project, find_project
from gitexp.screen.answer import LeftOut, answer_text, lines
from gitexp.screen.history.failed_view import FailedLine, failed_data, failed_lines, failed_next
from gitexp.screen.history.log_graph import Branching, graph_lines
from gitexp.screen.history.log_view import log_line, log_paragraph
from gitexp.screen.history.story_view import LogLine, StoryLine, entry_data, story_data, story_lines
from gitexp.screen.pager import show_lines
from gitexp.screen.talk import say_next
from gitexp.screen.terminal import has_colour, has_unicode

ANSWER = lines(StoryLine, FailedLine, LeftOut)


@dataclass(frozen=True, slots=True)
class _Form:
    """How each experiment is written."""

    oneline: bool
    stat: bool
    patch: bool
    colour: bool


def command(
    words: list[str] = typer.Argument(
        None,
        metavar="[NAME]... [PATH]...",
        help="These experiments, each whole; or those that change PATH.",
    ),
    oneline: bool = typer.Option(False, "--oneline", help="One line an experiment."),
    graph: bool = typer.Option(False, "--graph", help="Drawn on the commits they stand on."),
    number: int = typer.Option(None, "-n", "--number", min=0, help="At most that many."),
    everything: bool = ALL,
    stat: bool = typer.Option(False, "--stat", help="With the files changed against the baseline."),
    patch: bool = typer.Option(False, "-p", "--patch", help="With the changes against the baseline."),
    rev: list[str] = REV,
    all_commits: bool = typer.Option(False, "-A", "--all-commits", help="Experiments of every commit."),
    failed: bool = typer.Option(False, "--failed", help="Runs that failed or were interrupted instead."),
    since: str = typer.Option(
        None, "--since", metavar="TIME", help="Only those made since: '2 days ago', '2026-11-01'."
    ),
    author: str = typer.Option(None, "--author", metavar="TEXT", help="Only those of this name or address."),
    grep: str = typer.Option(
        None, "--grep", metavar="TEXT", help="Only those whose name, message or note has the text."
    ),
    json: bool = typer.Option(False, "--json", help="One object a line."),
    no_pager: bool = typer.Option(False, "--no-pager", help="Never page."),
) -> None:
    """Show the experiments of HEAD one by one, newest first; those named, whole."""
    if graph and (stat or patch or json):
        raise ExpError("`--graph` draws one line an experiment: no --stat, -p, --json.", exit_code=Exit.USAGE)
    project = find_project()
    form = _Form(oneline, stat, patch, has_colour())
    baselines = Baselines(tuple(rev or ()), everywhere=all_commits)
    names, paths = _sorted_out(project, words or [])
    advice: Sequence[str] = ()
    with RevisionReader(project) as reader:
        usual = MOST_LINES if (oneline or graph) and not json else MOST_OBJECTS
        most = None if names else bound(usual, number, everything, json)
        if failed:
            every = read_failed(project, reader.objects, names, baselines, None)
            runs, left_out = every[:most], len(every) - len(every[:most])
            text: Iterable[str] = map(answer_text, failed_data(runs))
            if not json:
                text = failed_lines(project.repo, runs, names_of(project.repo), oneline, form.colour)
                advice = failed_next(runs)
        else:
            request = LogRequest(tuple(names), baselines, most, grep, author, since, tuple(paths))
            log = find_log(project, reader, request)
            left_out = log.left_out
            entries = read_entries(reader, log.found)
            if json:
                text = (answer_text(_data(project, reader, entry, bool(names))) for entry in entries)
            elif graph:
                text = _graph(project, reader, list(entries), form)
            else:
                text = _lines(project, reader, entries, form, bool(names))
        if json and left_out:
            told: LeftOut = {"event": "left_out", "count": left_out, "hint": hint()}
            text = chain(text, [answer_text(told)])
        show_lines(text, not no_pager)
        if advice:
            say_next(*advice)
    tell_left_out(left_out, "experiments", number)


def _sorted_out(project: Project, words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of experiments, and paths: what is no experiment but there as a file, as Git takes its words."""
    there = [word for word in words if (project.cwd / word).exists()]
    paths = [word for word in there if not is_name(project.repo, word)]
    return [word for word in words if word not in paths], paths


def _data(project: Project, reader: RevisionReader, entry: LogEntry, whole: bool) -> LogLine | StoryLine:
    return story_data(read_story(project, reader, entry)) if whole else entry_data(entry)


def _lines(
    project: Project, reader: RevisionReader, entries: Iterator[LogEntry], form: _Form, whole: bool
) -> Iterator[str]:
    titles = {} if form.oneline else names_of(project.repo)
    for i, entry in enumerate(entries):
        if form.oneline:
            yield log_line(entry, form.colour)
        else:
            yield from [""] * (i > 0)
            if whole and not form.patch:
                yield from story_lines(read_story(project, reader, entry), titles, form.colour)
            else:
                yield from log_paragraph(entry, titles, form.colour)
        for wanted in (True, False):
            if form.stat if wanted else form.patch:
                yield ""
                yield from read_patch(project, entry.experiment, form.colour, stat=wanted)


def _graph(
    project: Project, reader: RevisionReader, entries: Sequence[LogEntry], form: _Form
) -> Iterator[str]:
    on: dict[str, list[LogEntry]] = {}
    for entry in entries:
        on.setdefault(entry.experiment.baseline, []).append(entry)
    commits = reader.objects.commits(on)
    bases = sorted(commits.values(), key=lambda commit: commit.time, reverse=True)
    found = [
        Branching(base, on[base.oid], commits_between(project, below.oid, base.oid) if below else None)
        for base, below in zip(bases, [*bases[1:], None], strict=True)
    ]
    return graph_lines(found, names_of(project.repo), form.colour, has_unicode())
