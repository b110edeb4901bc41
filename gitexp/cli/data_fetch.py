"""`exp data fetch`: data from the remote to the cache."""

from __future__ import annotations

from gitexp.cli.data_options import (
    AllCommits,
    AllExperiments,
    Branches,
    Jobs,
    Json,
    Num,
    Quiet,
    RemoteName,
    Revs,
    RunCache,
    Tags,
    Targets,
    report,
    scope_of,
)
from gitexp.experiment.data.share import ShareRequest, fetch_data
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.share_answer import ShareAnswer
from gitexp.screen.traffic_line import TrafficLine

ANSWER = one(ShareAnswer)


def command(
    targets: Targets = None,
    revs: Revs = None,
    num: Num = 1,
    all_experiments: AllExperiments = False,
    all_branches: Branches = False,
    all_tags: Tags = False,
    all_commits: AllCommits = False,
    remote: RemoteName = None,
    jobs: Jobs = None,
    run_cache: RunCache = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring data from the remote into the cache; the workspace stays as it is."""
    scope = scope_of(revs, num, all_experiments, all_branches, all_tags, all_commits)
    request = ShareRequest(tuple(targets or ()), scope, remote, jobs, run_cache)
    with TrafficLine("Fetching") as line:
        shared = fetch_data(find_project(), request, line)
    report(shared, "fetched", json, quiet)
