"""`exp rebase`: run experiments again on another baseline."""

from __future__ import annotations

import typer

from gitexp.cli.run_here import exit_code
from gitexp.errors import Exit, ExpError
from gitexp.experiment.find import find_experiments
from gitexp.experiment.run.rebase import RebaseRequest, left_behind, rebase_experiments
from gitexp.git.refs import resolve
from gitexp.project import find_project
from gitexp.screen.answer import lines
from gitexp.screen.run.event_shapes import RUN_LINES
from gitexp.screen.run.view import open_run_view
from gitexp.screen.talk import say

ANSWER = lines(*RUN_LINES)


def command(
    names: list[str] = typer.Argument(
        None, metavar="[NAME]...", help="Experiments; by default those whose baseline became REV."
    ),
    onto: str = typer.Option("HEAD", "--onto", metavar="REV", help="The new baseline; HEAD by default."),
    keep: bool = typer.Option(False, "--keep", help="Leave them on their old baseline too."),
    force: bool = typer.Option(False, "-f", "--force", help="Replace experiments of the same names there."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    json: bool = typer.Option(False, "--json", help="One JSON object a line, as things happen."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print only the names."),
) -> Exit:
    """Run experiments again on another commit: their overrides and edits on what is there now.

    What the new baseline did not change comes from the run cache.
    """
    project = find_project()
    baseline = resolve(project.repo, onto)
    if baseline is None:
        raise ExpError(f"'{onto}' is not a revision of this repository.")
    chosen = find_experiments(project.repo, names) if names else left_behind(project, baseline)
    with open_run_view(json, quiet) as view:
        results = rebase_experiments(project, chosen, RebaseRequest(baseline, keep, force, jobs), view)
    if results:
        view.report(results)
    elif not json:
        say(f"No experiments to move to {onto}.")
    return exit_code(results)
