"""`exp run`: make an experiment, or every experiment of a sweep."""

from __future__ import annotations

import sys

import typer

from gitexp import deferred
from gitexp.build.events import Planned
from gitexp.cli.stage_options import (
    ALL_PIPELINES,
    ALLOW_MISSING,
    DOWNSTREAM,
    DRY,
    EXPLAIN,
    FORCE_DOWNSTREAM,
    GLOB,
    GPUS,
    IGNORE_ERRORS,
    JOBS,
    JSON,
    KEEP_GOING,
    NO_RUN_CACHE,
    PIPELINE,
    RECURSIVE,
    SINGLE_ITEM,
    TARGETS,
    TIMEOUT,
    VERBOSE,
    seconds_of,
)
from gitexp.errors import Exit, ExpError
from gitexp.experiment.explain import explain
from gitexp.experiment.record import RunResult, State
from gitexp.experiment.request import RunRequest, Scope, Terms
from gitexp.experiment.run import run_experiments
from gitexp.pipeline.overrides import is_sweep
from gitexp.project import Project, find_project
from gitexp.screen.json_text import to_json
from gitexp.screen.plan_lines import plan_lines
from gitexp.screen.run_json import event_data
from gitexp.screen.run_view import open_run_view
from gitexp.screen.talk import visible


def command(
    targets: list[str] = TARGETS,
    set_param: list[str] = typer.Option(
        None,
        "-S",
        "--set-param",
        metavar="[FILE:]KEY=VALUE",
        help="Change a param; `a,b` makes a sweep. Repeatable.",
    ),
    name: str = typer.Option(None, "-n", "--name", help="The experiment's name; made up by default."),
    message: str = typer.Option(
        None, "-m", "--message", help="What the commit says, instead of the params changed."
    ),
    force: bool = typer.Option(
        False, "-f", "--force", help="Run every stage, and replace an experiment of that name."
    ),
    force_downstream: bool = FORCE_DOWNSTREAM,
    jobs: int = JOBS,
    gpus: str = GPUS,
    keep_going: bool = KEEP_GOING,
    ignore_errors: bool = IGNORE_ERRORS,
    apply: bool = typer.Option(False, "--apply", help="Bring the result into the workspace."),
    dry: bool = DRY,
    explain_only: bool = EXPLAIN,
    copy_paths: list[str] = typer.Option(
        None,
        "-C",
        "--copy-paths",
        metavar="PATH",
        help="An ignored file or folder that the run needs. Repeatable.",
    ),
    single_item: bool = SINGLE_ITEM,
    downstream: bool = DOWNSTREAM,
    pipeline: bool = PIPELINE,
    all_pipelines: bool = ALL_PIPELINES,
    recursive: bool = RECURSIVE,
    glob: bool = GLOB,
    no_run_cache: bool = NO_RUN_CACHE,
    allow_missing: bool = ALLOW_MISSING,
    timeout: str = TIMEOUT,
    no_hydra: bool = typer.Option(
        False, "--no-hydra", help="Take params.yaml as it is, also where Hydra would compose it."
    ),
    queue: bool = typer.Option(False, "--queue", help="Put it into the queue instead of running it."),
    run_all: bool = typer.Option(False, "--run-all", help="Run what is queued, here, `-j` at a time."),
    temp: bool = typer.Option(
        False, "--temp", help="Accepted: every run has a worktree of its own.", hidden=True
    ),
    json: bool = JSON,
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print only the names of the experiments."),
    verbose: bool = VERBOSE,
) -> int:
    """Run an experiment in a worktree of its own. Your files, index and branch stay as they are."""
    scope = Scope(tuple(targets or ()), single_item, downstream, pipeline, all_pipelines, recursive, glob)
    request = RunRequest(
        scope=scope,
        overrides=tuple(set_param or ()),
        name=name,
        message=message,
        force=force,
        jobs=jobs,
        gpus=gpus,
        keep_going=keep_going,
        copy_paths=tuple(copy_paths or ()),
        terms=Terms(
            force_downstream=force_downstream,
            ignore_errors=ignore_errors,
            run_cache=not no_run_cache,
            allow_missing=allow_missing,
            timeout=seconds_of(timeout),
            hydra=not no_hydra,
        ),
    )
    project = find_project()
    if queue:
        deferred.module("gitexp.cli.run_queue").put(project, request, json, quiet)
        return Exit.DONE
    if dry or explain_only:
        _show_plans(project, request, json, verbose or explain_only)
        return Exit.DONE
    view = open_run_view(json, quiet, verbose, applied=apply)
    if run_all:
        return exit_code(deferred.module("gitexp.cli.run_queue").run_queued(project, request, view, json))
    if apply and is_sweep(request.overrides):
        raise ExpError(
            "`--apply` takes one result, and this is a sweep.",
            "leave `--apply` out, look at `exp show`, then `exp apply NAME`.",
        )
    with view:
        results = run_experiments(project, request, view)
    view.report(results)
    if apply and results[0].experiment is not None:
        deferred.module("gitexp.cli.apply").apply(project, results[0].experiment.ref, quiet=json or quiet)
    return exit_code(results)


def exit_code(results: list[RunResult]) -> Exit:
    """0 when all succeeded, 130 when one was interrupted, else 1."""
    states = {result.state for result in results}
    if State.INTERRUPTED in states:
        return Exit.INTERRUPTED
    return Exit.DONE if states <= {State.SUCCESS} else Exit.FAILED


def _show_plans(project: Project, request: RunRequest, json: bool, verbose: bool) -> None:
    for name, plan in explain(project, request):
        if json:
            sys.stdout.write(to_json({**event_data(Planned(plan)), "name": name}) + "\n")
        else:
            sys.stdout.write(visible("\n".join(plan_lines(name, plan, verbose))) + "\n")
