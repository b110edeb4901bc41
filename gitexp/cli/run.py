"""`exp run`: make an experiment, or every experiment of a sweep; here or through the queue."""

from __future__ import annotations

from pathlib import Path

import typer

from gitexp import deferred
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
    PULL,
    RECURSIVE,
    SINGLE_ITEM,
    TARGETS,
    TIMEOUT,
    VERBOSE,
    seconds_of,
)
from gitexp.errors import Exit
from gitexp.experiment.request import RunRequest, Scope, Sweep, Terms
from gitexp.pipeline.override.sweep_file import SweepFile, load_sweep
from gitexp.project import find_project
from gitexp.screen.answer import Answer


def __getattr__(name: str) -> Answer:
    if name != "ANSWER":
        raise AttributeError(name)
    # `exp run --queue` has no use for what runs say, nor the 70 ms that it takes to load.
    answer: Answer = deferred.module("gitexp.cli.run_here").ANSWER
    return answer


def command(
    targets: list[str] = TARGETS,
    set_param: list[str] = typer.Option(
        None,
        "-S",
        "--set-param",
        metavar="[FILE:]KEY=VALUE",
        help="Change a param; `a,b` makes a sweep. Repeatable.",
    ),
    sweep_file: Path = typer.Option(
        None, "--sweep", metavar="FILE", help="A sweep from a YAML file: params, mode, n, seed."
    ),
    random: int = typer.Option(
        None, "--random", min=1, metavar="N", help="N points at random from the lists and interval()s of -S."
    ),
    seed: int = typer.Option(None, "--seed", help="The same random points again."),
    seeds: int = typer.Option(1, "--seeds", min=1, metavar="N", help="Each experiment with N random seeds."),
    seed_param: str = typer.Option("seed", "--seed-param", metavar="KEY", help="What --seeds sets."),
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
    pull: bool = PULL,
    allow_missing: bool = ALLOW_MISSING,
    timeout: str = TIMEOUT,
    no_hydra: bool = typer.Option(
        False, "--no-hydra", help="Take params.yaml as it is, also where Hydra would compose it."
    ),
    queue: bool = typer.Option(False, "--queue", help="Put it into the queue instead of running it."),
    retries: int = typer.Option(
        1, "--retries", min=0, help="With --queue: how often it is run again when its worker is killed."
    ),
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
    written = SweepFile(()) if sweep_file is None else load_sweep(sweep_file)
    request = RunRequest(
        scope=scope,
        overrides=(*written.overrides, *(set_param or ())),
        sweep=Sweep(
            written.count if random is None else random,
            written.seed if seed is None else seed,
            seeds,
            seed_param,
        ),
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
            pull=pull,
            timeout=seconds_of(timeout),
            hydra=not no_hydra,
        ),
    )
    project = find_project()
    if queue:
        deferred.module("gitexp.cli.run_queue").put(project, request, retries, json, quiet)
        return Exit.DONE
    here = deferred.module("gitexp.cli.run_here")
    if dry or explain_only:
        here.show_plans(project, request, json, verbose or explain_only)
        return Exit.DONE
    view = here.open_run_view(json, quiet, verbose, applied=apply)
    if run_all:
        results = here.run_queued(project, request, view, json)
    else:
        results = here.run(project, request, view, apply, json, quiet)
    return Exit(here.exit_code(results))
