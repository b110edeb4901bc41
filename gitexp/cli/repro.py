"""`exp repro`: bring the workspace up to date, as `dvc repro` does, several stages at once."""

from __future__ import annotations

import sys

import typer

from gitexp.build.events import Event, Planned
from gitexp.errors import Exit
from gitexp.experiment.record import RunEvent, RunResult, State
from gitexp.experiment.repro import Reproduced, ReproRequest, explain_repro, reproduce
from gitexp.experiment.request import Scope, Terms
from gitexp.project import Project, find_project
from gitexp.screen.json_text import to_json
from gitexp.screen.plan_lines import plan_lines
from gitexp.screen.repro_lines import repro_lines
from gitexp.screen.run_json import event_data
from gitexp.screen.run_report import failure_lines
from gitexp.screen.run_view import open_run_view
from gitexp.screen.talk import say, visible

_NAME = "workspace"  # what stands where a run's name would


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Stages to bring up to date; all of ./dvc.yaml by default."
    ),
    force: bool = typer.Option(False, "-f", "--force", help="Run every stage, changed or not."),
    jobs: int = typer.Option(
        None, "-j", "--jobs", min=1, help="Stage commands at once; all processors by default."
    ),
    keep_going: bool = typer.Option(
        False, "-k", "--keep-going", help="After a failure run what doesn't depend on it."
    ),
    dry: bool = typer.Option(False, "--dry", help="Only say what would run, and why."),
    explain_only: bool = typer.Option(False, "--explain", help="The same as --dry."),
    no_run_cache: bool = typer.Option(
        False, "--no-run-cache", help="Run even what ran before with the same inputs."
    ),
    allow_missing: bool = typer.Option(
        False, "--allow-missing", help="Data that is absent but known by its hash counts as unchanged."
    ),
    single_item: bool = typer.Option(
        False, "-s", "--single-item", help="Only the targets, nothing upstream."
    ),
    downstream: bool = typer.Option(False, "--downstream", help="From the targets down, nothing upstream."),
    pipeline: bool = typer.Option(False, "-p", "--pipeline", help="The whole pipelines of the targets."),
    all_pipelines: bool = typer.Option(False, "-P", "--all-pipelines", help="Every pipeline of the project."),
    recursive: bool = typer.Option(
        False, "-R", "--recursive", help="Targets are folders: all stages below them."
    ),
    json: bool = typer.Option(False, "--json", help="One JSON object a line, as things happen."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Say nothing but what failed."),
    verbose: bool = typer.Option(False, "-v", "--verbose", help="Say why each stage runs."),
) -> int:
    """Run what is not up to date in the workspace itself, without making an experiment."""
    request = ReproRequest(
        Scope(tuple(targets or ()), single_item, downstream, pipeline, all_pipelines, recursive),
        jobs,
        force,
        keep_going,
        terms=Terms(run_cache=not no_run_cache, allow_missing=allow_missing),
    )
    project = find_project()
    if dry or explain_only:
        _show_plan(project, request, json, verbose)
        return Exit.DONE
    with open_run_view(json, quiet, verbose) as view:

        def listen(event: Event) -> None:
            view(RunEvent(_NAME, event))

        done = reproduce(project, request, listen)
    if not (json or quiet):
        sys.stdout.write("".join(f"{visible(line)}\n" for line in repro_lines(done)))
    return _exit_code(done)


def _show_plan(project: Project, request: ReproRequest, json: bool, verbose: bool) -> None:
    plan = explain_repro(project, request)
    lines = [to_json(event_data(Planned(plan)))] if json else plan_lines(_NAME, plan, verbose)
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))


def _exit_code(done: Reproduced) -> Exit:
    """Says what failed, on stderr."""
    if done.build.ok:
        return Exit.DONE
    state = State.INTERRUPTED if done.build.interrupted else State.FAILED
    say("\n".join(failure_lines(RunResult(_NAME, state, "", stages=done.build.stages, log=done.log))))
    return Exit.INTERRUPTED if done.build.interrupted else Exit.FAILED
