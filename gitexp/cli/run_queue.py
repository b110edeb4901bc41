"""`exp run --queue`: into the queue. Loads no engine: a sweep of many is queued in a moment."""

from __future__ import annotations

import sys

from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.prepare import warnings_before
from gitexp.project import Project
from gitexp.queue.enqueue import enqueue
from gitexp.screen.answer import answer_text
from gitexp.screen.queue.data import queued_data
from gitexp.screen.queue.view import QUEUED_NEXT, queued_lines
from gitexp.screen.talk import print_warning, say_next, visible


def put(project: Project, request: RunRequest, retries: int, json: bool, quiet: bool) -> None:
    """Queue what `request` asks for and say what was queued."""
    queued = enqueue(project, request, retries)
    for warning in warnings_before(queued.prepared):
        print_warning(warning.message, warning.hint)
    if json:
        lines = [answer_text(queued_data(job)) for job in queued.jobs]
    else:
        lines = [visible(job.name) for job in queued.jobs] if quiet else queued_lines(queued.jobs)
    sys.stdout.write("\n".join(lines) + "\n")
    if not (json or quiet):
        say_next(*QUEUED_NEXT)
