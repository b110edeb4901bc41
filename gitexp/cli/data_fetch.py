"""`exp data fetch`: data from the remote to the cache."""

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
from gitexp.errors import Exit, ExpError
from gitexp.experiment.data.share import ShareRequest, fetch_data
from gitexp.pipeline.stage import OutKind
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
    max_size: int = typer.Option(
        None, "--max-size", metavar="BYTES", min=0, help="Nothing that is larger than so many bytes."
    ),
    types: list[str] = typer.Option(
        None, "--type", metavar="metrics|plots", help="Only metrics, or only plots. Repeatable."
    ),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Bring data from the remote into the cache; the workspace stays as it is."""
    scope = scope_of(revs, num, all_experiments, all_branches, all_tags, all_commits)
    kinds = tuple(_kind(word) for word in types or ())
    request = ShareRequest(
        tuple(targets or ()), scope, remote, jobs, run_cache, with_deps, max_size=max_size, kinds=kinds
    )
    with TrafficLine("Fetching") as line:
        shared = fetch_data(find_project(), request, line)
    report(shared, "fetched", json, quiet)


def _kind(word: str) -> OutKind:
    kinds = {"metrics": OutKind.METRIC, "plots": OutKind.PLOT}
    if word not in kinds:
        raise ExpError(f"--type {word}: it is metrics or plots.", None, Exit.USAGE)
    return kinds[word]
