"""The data of experiments that are pushed or pulled; loaded only in projects that have a data remote."""

from __future__ import annotations

import sys

from gitexp.errors import ExpError
from gitexp.experiment.data.share import ShareRequest
from gitexp.experiment.share.exchange import pull_their_data, push_their_data
from gitexp.experiment.share.shared import Shared
from gitexp.project import Project
from gitexp.screen.data.share_answer import ShareAnswer
from gitexp.screen.data.share_lines import share_json, share_lines, share_trouble
from gitexp.screen.data.traffic_line import TrafficLine


def move(
    project: Project, shared: Shared, verb: str, remote: str | None, jobs: int | None, run_cache: bool
) -> tuple[list[str], ShareAnswer | None, ExpError | None]:
    """Send (`verb` 'push') or fetch the data; what to print of it, the same for JSON, and what went wrong."""
    request = ShareRequest(remote=remote, jobs=jobs, run_cache=run_cache)
    with TrafficLine("Pushing" if verb == "push" else "Fetching") as line:
        act = push_their_data if verb == "push" else pull_their_data
        try:
            data = act(project, shared, request, line)
        except ExpError as error:
            sys.stdout.flush()
            return [], None, error
    if data is None:
        return [], None, None
    done = "pushed" if verb == "push" else "fetched"
    return (share_lines(data, done) if data.files else []), share_json(data), share_trouble(data, done)
