"""`exp run --queue`: into the queue. Loads no engine: a sweep of many is queued in a moment."""

from __future__ import annotations

import sys

from gitexp.experiment.prepare import warnings_before
from gitexp.experiment.request import RunRequest
from gitexp.project import Project
from gitexp.queue.enqueue import enqueue
from gitexp.queue.job import Place
from gitexp.screen.json_text import to_json
from gitexp.screen.queue_view import entry_data, queued_lines
from gitexp.screen.talk import print_warning, visible


def put(project: Project, request: RunRequest, retries: int, json: bool, quiet: bool) -> None:
    """Queue what `request` asks for and say what was queued."""
    queued = enqueue(project, request, retries)
    for warning in warnings_before(queued.prepared):
        print_warning(warning.message, warning.hint)
    if json:
        lines = [to_json(entry_data(Place.QUEUED, job)) for job in queued.jobs]
    else:
        lines = [visible(job.name) for job in queued.jobs] if quiet else queued_lines(queued.jobs)
    sys.stdout.write("\n".join(lines) + "\n")
