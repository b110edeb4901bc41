"""`exp queue status`: what is queued, running, failed, done, and who is at work."""

from __future__ import annotations

import sys
import time

import typer

from gitexp.cli.bounds import ALL, MOST_LINES, MOST_OBJECTS, bound, tell_left_out
from gitexp.project import find_project
from gitexp.queue.control import read_queue
from gitexp.screen.answer import one, write_line
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.queue.data import QueueAnswer, queue_data
from gitexp.screen.queue.view import queue_lines

ANSWER = one(QueueAnswer)


def command(
    json: bool = typer.Option(False, "--json", help="As JSON; with --watch one object a line."),
    everything: bool = ALL,
    watch: bool = typer.Option(
        False, "-w", "--watch", help="Show it again every second until nothing is left."
    ),
) -> None:
    """What is queued, running, failed and done, and who is at work."""
    project = find_project()
    while True:
        state = read_queue(project, bound(MOST_OBJECTS if json else MOST_LINES, None, everything, json))
        if json:
            write_line(queue_data(state))
        else:
            sys.stdout.write(
                ("\x1b[H\x1b[2J" if watch and sys.stdout.isatty() else "")
                + "\n".join(queue_lines(state, time.time(), stdout_sheet()))
                + "\n"
            )
            tell_left_out(state.left_out, "entries", None)
        sys.stdout.flush()
        if not watch or not state.unfinished:
            return
        time.sleep(1)
