"""`exp queue status`: what is queued, running, failed, done, and who is at work."""

from __future__ import annotations

import sys
import time

import typer

from gitexp.project import find_project
from gitexp.queue.control import read_queue
from gitexp.screen.json_text import to_json
from gitexp.screen.queue_view import queue_data, queue_lines


def command(
    json: bool = typer.Option(False, "--json", help="One JSON object."),
    watch: bool = typer.Option(
        False, "-w", "--watch", help="Show it again every second until nothing is left."
    ),
) -> None:
    """What is queued, running, failed and done, and who is at work."""
    project = find_project()
    while True:
        state = read_queue(project)
        if json:
            sys.stdout.write(to_json(queue_data(state)) + "\n")
        else:
            sys.stdout.write(
                ("\x1b[H\x1b[2J" if watch and sys.stdout.isatty() else "")
                + "\n".join(queue_lines(state, time.time()))
                + "\n"
            )
        sys.stdout.flush()
        if not watch or not state.unfinished:
            return
        time.sleep(1)
