"""`exp data push`: data from the cache to a remote."""

from __future__ import annotations

import typer

from gitexp.cli.data_options import (
    AllCommits,
    AllExperiments,
    Branches,
    Jobs,
    Json,
    Num,
    Quiet,
    Recursive,
    RemoteName,
    Revs,
    RunCache,
    Tags,
    Targets,
    WithDeps,
    report,
    scope_of,
)
from gitexp.experiment.data.share import ShareRequest, push_data
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.data.share_answer import ShareAnswer
from gitexp.screen.data.traffic_line import TrafficLine

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
    with_deps: WithDeps = False,
    recursive: Recursive = False,
    glob: bool = typer.Option(False, "--glob", help="TARGET is a pattern of tracked paths: 'data/*.csv'."),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Send data that the remote lacks: of the workspace, or of the revisions named."""
    scope = scope_of(revs, num, all_experiments, all_branches, all_tags, all_commits)
    request = ShareRequest(tuple(targets or ()), scope, remote, jobs, run_cache, with_deps, glob)
    with TrafficLine("Pushing") as line:
        shared = push_data(find_project(), request, line)
    report(shared, "pushed", json, quiet)
