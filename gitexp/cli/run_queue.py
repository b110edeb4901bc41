"""`exp run --queue` and `exp run --run-all`: into the queue, and out of it. Loaded only by these."""

from __future__ import annotations

import sys

from gitexp.experiment.record import RunResult
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run import warnings_of
from gitexp.project import Project
from gitexp.queue.enqueue import enqueue
from gitexp.queue.foreground import run_queue
from gitexp.queue.job import Place
from gitexp.screen.json_text import to_json
from gitexp.screen.queue_view import entry_data, queued_lines
from gitexp.screen.run_view import RunView
from gitexp.screen.talk import print_warning, say, visible


def put(project: Project, request: RunRequest, json: bool, quiet: bool) -> None:
    """Queue what `request` asks for and say what was queued."""
    queued = enqueue(project, request)
    for warning in warnings_of(queued.snapshot):
        print_warning(warning.message, warning.hint)
    if json:
        lines = [to_json(entry_data(Place.QUEUED, job)) for job in queued.jobs]
    else:
        lines = [visible(job.name) for job in queued.jobs] if quiet else queued_lines(queued.jobs)
    sys.stdout.write("\n".join(lines) + "\n")


def run_queued(project: Project, request: RunRequest, view: RunView, json: bool) -> list[RunResult]:
    """Run what is queued, in this process, and report. Of `request` only jobs and devices count."""
    with view:
        results = run_queue(project, request.jobs or project.settings.jobs, view, gpus=request.gpus)
    if results:
        view.report(results)
    elif not json:
        say("Nothing is queued.")
    return results
