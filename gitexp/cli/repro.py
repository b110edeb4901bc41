"""`exp repro`: bring the workspace up to date, as `dvc repro` does, several stages at once."""

from __future__ import annotations

import sys

import typer

from gitexp.build.events import Event
from gitexp.cli.stage_options import (
    ALL_PIPELINES,
    ALLOW_MISSING,
    DOWNSTREAM,
    DRY,
    EXPLAIN,
    FORCE_DOWNSTREAM,
    GLOB,
    IGNORE_ERRORS,
    JOBS,
    JSON,
    KEEP_GOING,
    NO_RUN_CACHE,
    PIPELINE,
    PULL,
    RECURSIVE,
    SINGLE_ITEM,
    TARGETS,
    TIMEOUT,
    VERBOSE,
    seconds_of,
)
from gitexp.errors import Exit
from gitexp.experiment.record import RunEvent, RunResult, State
from gitexp.experiment.request import Scope, Terms
from gitexp.experiment.run.repro import Reproduced, ReproRequest, explain_repro, reproduce
from gitexp.project import Project, find_project
from gitexp.screen.answer import lines, write_line
from gitexp.screen.run.event_shapes import BUILD_LINES, ReproducedLine
from gitexp.screen.run.events import planned_line, reproduced_line
from gitexp.screen.run.plan_lines import plan_lines
from gitexp.screen.run.report import failure_lines
from gitexp.screen.run.repro_lines import repro_lines
from gitexp.screen.run.view import open_run_view
from gitexp.screen.talk import say, say_next, visible

ANSWER = lines(*BUILD_LINES, ReproducedLine)

_NAME = "workspace"  # what stands where a run's name would


def command(
    targets: list[str] = TARGETS,
    force: bool = typer.Option(False, "-f", "--force", help="Run every stage, changed or not."),
    force_downstream: bool = FORCE_DOWNSTREAM,
    jobs: int = JOBS,
    keep_going: bool = KEEP_GOING,
    ignore_errors: bool = IGNORE_ERRORS,
    dry: bool = DRY,
    explain_only: bool = EXPLAIN,
    single_item: bool = SINGLE_ITEM,
    downstream: bool = DOWNSTREAM,
    pipeline: bool = PIPELINE,
    all_pipelines: bool = ALL_PIPELINES,
    recursive: bool = RECURSIVE,
    glob: bool = GLOB,
    no_run_cache: bool = NO_RUN_CACHE,
    no_commit: bool = typer.Option(
        False, "--no-commit", help="Record outs without putting them into the cache; `exp commit` does it."
    ),
    pull: bool = PULL,
    allow_missing: bool = ALLOW_MISSING,
    timeout: str = TIMEOUT,
    json: bool = JSON,
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Say nothing but what failed."),
    verbose: bool = VERBOSE,
) -> int:
    """Run what is not up to date in the workspace itself, without making an experiment."""
    request = ReproRequest(
        Scope(tuple(targets or ()), single_item, downstream, pipeline, all_pipelines, recursive, glob),
        jobs,
        force,
        keep_going,
        terms=Terms(
            force_downstream=force_downstream,
            ignore_errors=ignore_errors,
            run_cache=not no_run_cache,
            allow_missing=allow_missing,
            pull=pull,
            timeout=seconds_of(timeout),
        ),
        commit=not no_commit,
    )
    project = find_project()
    if dry or explain_only:
        _show_plan(project, request, json, verbose)
        return Exit.DONE
    with open_run_view(json, quiet, verbose) as view:

        def listen(event: Event) -> None:
            view(RunEvent(_NAME, event))

        done = reproduce(project, request, listen)
    if json:
        write_line(reproduced_line(done))
    elif not quiet:
        sys.stdout.write("".join(f"{visible(line)}\n" for line in repro_lines(done)))
        if done.written:
            say_next(f"git add {' '.join(done.written)}")
    return _exit_code(done)


def _show_plan(project: Project, request: ReproRequest, json: bool, verbose: bool) -> None:
    plan = explain_repro(project, request)
    if json:
        write_line(planned_line(_NAME, plan))
        return
    sys.stdout.write("".join(f"{visible(line)}\n" for line in plan_lines(_NAME, plan, verbose)))


def _exit_code(done: Reproduced) -> Exit:
    """Says what failed, on stderr."""
    if done.build.ok:
        return Exit.DONE
    state = State.INTERRUPTED if done.build.interrupted else State.FAILED
    say("\n".join(failure_lines(RunResult(_NAME, state, "", stages=done.build.stages, log=done.log))))
    return Exit.INTERRUPTED if done.build.interrupted else Exit.FAILED
