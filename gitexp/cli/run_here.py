"""`exp run` in this process, also of what is queued, and `--dry`. Loaded only by these."""

from __future__ import annotations

import sys

from gitexp import deferred
from gitexp.errors import Exit, ExpError
from gitexp.experiment.record import RunResult, State
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.explain import explain
from gitexp.experiment.run.points import is_many
from gitexp.experiment.run.run import run_experiments
from gitexp.project import Project
from gitexp.queue.foreground import run_queue
from gitexp.screen.answer import lines, write_line
from gitexp.screen.change_data import AppliedLine
from gitexp.screen.queue.data import QueuedLine
from gitexp.screen.run.event_shapes import RUN_LINES
from gitexp.screen.run.events import planned_line
from gitexp.screen.run.plan_lines import plan_lines
from gitexp.screen.run.view import RunView, open_run_view
from gitexp.screen.talk import say, visible

ANSWER = lines(*RUN_LINES, AppliedLine, QueuedLine)

__all__ = ["exit_code", "open_run_view", "run", "run_queued", "show_plans"]


def run(
    project: Project, request: RunRequest, view: RunView, apply: bool, json: bool, quiet: bool
) -> list[RunResult]:
    """Run, report, and with `apply` bring the result into the workspace."""
    if apply and is_many(request.overrides, request.sweep):
        raise ExpError(
            "`--apply` takes one result, and this is a sweep.",
            "leave `--apply` out, look at `exp show`, then `exp apply NAME`.",
        )
    with view:
        results = run_experiments(project, request, view)
    if results:
        view.report(results)
    if apply and results[0].experiment is not None:
        deferred.module("gitexp.cli.apply").apply_result(project, results[0].experiment.ref, json, quiet)
    return results


def exit_code(results: list[RunResult]) -> Exit:
    """0 when all succeeded, 130 when one was interrupted, else 1."""
    states = {result.state for result in results}
    if State.INTERRUPTED in states:
        return Exit.INTERRUPTED
    return Exit.DONE if states <= {State.SUCCESS} else Exit.FAILED


def show_plans(project: Project, request: RunRequest, json: bool, verbose: bool) -> None:
    """What would run, and why."""
    for name, plan in explain(project, request):
        if json:
            write_line(planned_line(name, plan))
        else:
            sys.stdout.write(visible("\n".join(plan_lines(name, plan, verbose))) + "\n")


def run_queued(project: Project, request: RunRequest, view: RunView, json: bool) -> list[RunResult]:
    """Run what is queued, in this process, and report. Of `request` only jobs and devices count."""
    with view:
        results = run_queue(project, request.jobs or project.settings.jobs, view, gpus=request.gpus)
    if results:
        view.report(results)
    elif not json:
        say("Nothing is queued.")
    return results
