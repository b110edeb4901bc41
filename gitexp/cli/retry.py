"""`exp retry`: run what failed again, with what it was."""

from __future__ import annotations

import sys

import typer

from gitexp.cli.run_here import exit_code
from gitexp.errors import Exit
from gitexp.project import find_project
from gitexp.queue.retry import find_failures, retry_here, retry_queued
from gitexp.screen.answer import lines, write_line
from gitexp.screen.queue.data import QueuedAgainLine, queued_again_line
from gitexp.screen.run.event_shapes import RUN_LINES
from gitexp.screen.run.view import open_run_view
from gitexp.screen.talk import say, visible

ANSWER = lines(*RUN_LINES, QueuedAgainLine)


def command(
    names: list[str] = typer.Argument(None, help="Failed or interrupted runs; all of them by default."),
    queue: bool = typer.Option(False, "--queue", help="Put them into the queue instead of running them."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    json: bool = typer.Option(False, "--json", help="One JSON object a line, as things happen."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print only the names of the experiments."),
) -> int:
    """Run what failed again: the same files, params and targets, whatever the workspace is by now."""
    project = find_project()
    chosen = find_failures(project.repo, tuple(names or ()))
    if not chosen:
        say("Nothing has failed.")
        return Exit.DONE
    if queue:
        again = retry_queued(project, chosen)
        if json:
            write_line(queued_again_line(again))
        else:
            sys.stdout.write(visible(f"Queued again: {', '.join(again)}") + "\n")
        return Exit.DONE
    view = open_run_view(json, quiet)
    with view:
        results = retry_here(project, chosen, jobs, view)
    view.report(results)
    return exit_code(results)
