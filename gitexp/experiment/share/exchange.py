"""Experiments with their data: `exp push` and `exp pull` as a whole, and which of it happens by itself."""

from __future__ import annotations

from gitexp.cache.traffic import Progress, unwatched
from gitexp.experiment.data.commit_scope import CommitScope
from gitexp.experiment.data.share import SharedData, ShareRequest, fetch_data, push_data
from gitexp.experiment.share.shared import Shared
from gitexp.project import Project


def push_their_data(
    project: Project, shared: Shared, request: ShareRequest, progress: Progress = unwatched
) -> SharedData | None:
    """Send the data of what a push left on the Git remote; None where the project has no data remote."""
    return push_data(project, _about(shared, request), progress) if _applies(project, shared) else None


def pull_their_data(
    project: Project, shared: Shared, request: ShareRequest, progress: Progress = unwatched
) -> SharedData | None:
    """Bring the data of what a pull brought into the cache; None where the project has no data remote."""
    return fetch_data(project, _about(shared, request), progress) if _applies(project, shared) else None


def _applies(project: Project, shared: Shared) -> bool:
    return bool(project.settings.remotes) and bool(shared.moved or shared.unchanged)


def _about(shared: Shared, request: ShareRequest) -> ShareRequest:
    commits = tuple(one.commit for one in (*shared.moved, *shared.unchanged))
    return ShareRequest((), CommitScope(commits=commits), request.remote, request.jobs, request.run_cache)
