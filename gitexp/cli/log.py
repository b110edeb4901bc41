"""`exp log`: experiments one by one, newest first, like git log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import typer

from gitexp.experiment.baselines import Baselines
from gitexp.experiment.history import LogEntry, read_failed, read_log, read_patch
from gitexp.experiment.table import RevisionReader
from gitexp.git.refs import names_of
from gitexp.project import Project, find_project
from gitexp.screen.failed_view import failed_lines
from gitexp.screen.log_view import log_line, log_paragraph
from gitexp.screen.pager import show_lines
from gitexp.screen.terminal import has_colour


def command(
    names: list[str] = typer.Argument(None, metavar="[NAME]...", help="Only these experiments."),
    oneline: bool = typer.Option(False, "--oneline", help="One line an experiment."),
    number: int = typer.Option(None, "-n", "--number", min=0, help="At most that many."),
    patch: bool = typer.Option(False, "-p", "--patch", help="With the changes against the baseline."),
    rev: list[str] = typer.Option(
        None, "--rev", metavar="REV", help="Experiments of this commit. Repeatable."
    ),
    all_commits: bool = typer.Option(False, "-A", "--all-commits", help="Experiments of every commit."),
    failed: bool = typer.Option(False, "--failed", help="Runs that failed or were interrupted instead."),
    grep: str = typer.Option(
        None, "--grep", metavar="TEXT", help="Only those whose name, message or note has the text."
    ),
    no_pager: bool = typer.Option(False, "--no-pager", help="Never page."),
) -> None:
    """Show the experiments of HEAD one by one, newest first."""
    project = find_project()
    colour = has_colour()
    baselines = Baselines(tuple(rev or ()), everywhere=all_commits)
    with RevisionReader(project) as reader:
        if failed:
            runs = read_failed(project, reader.objects, names or [], baselines, number)
            titles = names_of(project.repo)
            show_lines(failed_lines(project.repo, runs, titles, oneline, colour), not no_pager)
            return
        entries = read_log(project, reader, names or [], baselines, number, grep)
        titles = {} if oneline else names_of(project.repo)
        show_lines(_lines(project, entries, titles, oneline, patch, colour), not no_pager)


def _lines(
    project: Project,
    entries: Iterator[LogEntry],
    titles: Mapping[str, str],
    oneline: bool,
    patch: bool,
    colour: bool,
) -> Iterator[str]:
    for i, entry in enumerate(entries):
        if oneline:
            yield log_line(entry, colour)
        else:
            yield from [""] * (i > 0)
            yield from log_paragraph(entry, titles, colour)
        if patch:
            yield ""
            yield from read_patch(project, entry.experiment, colour)
