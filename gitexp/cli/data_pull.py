"""`exp data pull`: data from the remote, through the cache, into the workspace."""

from __future__ import annotations

import sys
from dataclasses import replace

import typer

from gitexp.cli.data_options import (
    AllCommits,
    AllExperiments,
    AllowMissing,
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
from gitexp.experiment.data.checkout import checkout_data
from gitexp.experiment.data.share import ShareRequest, fetch_data
from gitexp.project import find_project
from gitexp.screen.answer import one
from gitexp.screen.data.answers import PullAnswer, checkout_json
from gitexp.screen.data.lines import checkout_lines
from gitexp.screen.data.traffic_line import TrafficLine

ANSWER = one(PullAnswer)


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
    force: bool = typer.Option(
        False, "-f", "--force", help="Overwrite also what is in no cache: it is lost."
    ),
    allow_missing: AllowMissing = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring data from the remote into the cache and the workspace: fetch, then checkout."""
    project = find_project()
    scope = scope_of(revs, num, all_experiments, all_branches, all_tags, all_commits)
    request = ShareRequest(
        tuple(targets or ()), replace(scope, workspace=True), remote, jobs, run_cache, with_deps
    )
    with TrafficLine("Fetching") as line:
        shared = fetch_data(project, request, line)
    brought = checkout_data(project, targets or [], force, with_deps=with_deps)
    if not json and not quiet and brought.changes:
        sys.stdout.write("".join(f"{line}\n" for line in checkout_lines(brought)))
    report(shared, "fetched", json, quiet, checkout_json(brought), allow_missing)
