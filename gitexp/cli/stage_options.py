"""The options that `exp run` and `exp repro` share: which stages, and on what terms they run."""

from __future__ import annotations

import typer

from gitexp.build.duration import parse_duration
from gitexp.errors import Exit, ExpError

TARGETS = typer.Argument(
    None, metavar="[TARGET]...", help="Stages to bring up to date; all of ./dvc.yaml by default."
)
SINGLE_ITEM = typer.Option(False, "-s", "--single-item", help="Only the targets, nothing upstream.")
DOWNSTREAM = typer.Option(False, "--downstream", help="From the targets down, nothing upstream.")
PIPELINE = typer.Option(False, "-p", "--pipeline", help="The whole pipelines of the targets.")
ALL_PIPELINES = typer.Option(False, "-P", "--all-pipelines", help="Every pipeline of the project.")
RECURSIVE = typer.Option(False, "-R", "--recursive", help="Targets are folders: all stages below them.")
GLOB = typer.Option(False, "--glob", help="Targets are patterns for names: 'train-*', 'sub/dvc.yaml:*'.")

JOBS = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once; all processors by default.")
KEEP_GOING = typer.Option(False, "-k", "--keep-going", help="After a failure run what doesn't depend on it.")
IGNORE_ERRORS = typer.Option(
    False, "--ignore-errors", help="After a failure run all the rest, and count as done."
)
FORCE_DOWNSTREAM = typer.Option(
    False, "--force-downstream", help="What depends on a stage that ran runs too, changed or not."
)
NO_RUN_CACHE = typer.Option(False, "--no-run-cache", help="Run even what ran before with the same inputs.")
ALLOW_MISSING = typer.Option(
    False, "--allow-missing", help="Data that is absent but known by its hash counts as unchanged."
)
PULL = typer.Option(
    False, "--pull", help="Fetch data, and earlier runs, from the data remote when a stage needs them."
)
TIMEOUT = typer.Option(
    None, "--timeout", metavar="TIME", help="Stop and fail after this time: 90s, 15m, 1h30m."
)

GPUS = typer.Option(
    None, "--gpus", metavar="0,1,…", help="Devices to share out: each stage command has its own. [exp.gpus]"
)

DRY = typer.Option(False, "--dry", help="Only say what would run, and why.")
EXPLAIN = typer.Option(False, "--explain", help="The same, with all the reasons.")
JSON = typer.Option(False, "--json", help="One JSON object a line, as things happen.")
VERBOSE = typer.Option(False, "-v", "--verbose", help="Say why each stage runs.")


def seconds_of(timeout: str | None) -> float | None:
    """`--timeout` in seconds. Raises ExpError when it is no span of time."""
    if timeout is None:
        return None
    try:
        return parse_duration(timeout)
    except ValueError as error:
        raise ExpError(f"`--timeout`: {error}.", exit_code=Exit.USAGE) from error
