"""`exp metrics show`: the metrics of the workspace, or of branches and tags."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.baselines import Baselines
from gitexp.experiment.record import FileValues
from gitexp.experiment.table import TableRequest, collect_table, workspace_values
from gitexp.git.repo import read_head
from gitexp.project import Project, find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.cells import PRECISION
from gitexp.screen.diff_view import DiffStyle
from gitexp.screen.metrics_view import RevisionMetrics, metrics_data, metrics_table
from gitexp.screen.talk import say

ANSWER = as_dvc("metrics show", dict[str, RevisionMetrics])


def command(
    all_branches: bool = typer.Option(False, "-a", "--all-branches", help="The tips of all branches too."),
    all_tags: bool = typer.Option(False, "-T", "--all-tags", help="All tags too."),
    all_commits: bool = typer.Option(False, "-A", "--all-commits", help="Every commit with experiments too."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc metrics show`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Digits after the decimal point."),
) -> None:
    """Show metrics as they are now."""
    project = find_project()
    many = all_branches or all_tags or all_commits
    if many:
        metrics = _of_revisions(project, Baselines((), 1, all_branches, all_tags, all_commits))
    else:
        metrics = {"": dict(workspace_values(project).metrics)}
    unread = [rev for rev, files in metrics.items() if any(file.error for file in files.values())]
    if unread:
        names = ", ".join(rev or "the workspace" for rev in unread)
        say(f"warning: some metrics could not be read of: {names}.")
    if json:
        write_as_dvc(metrics_data(metrics))
        return
    style = DiffStyle("Metric", "", "", precision=precision, rounded=True)
    lines = metrics_table(metrics, style, many, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))


def _of_revisions(project: Project, baselines: Baselines) -> dict[str, dict[str, FileValues]]:
    """By name; the workspace is left out when it is as the current branch is."""
    groups = collect_table(project, TableRequest(baselines, failed=False))
    found = {group.head.name or group.head.rev: dict(group.head.values.metrics) for group in groups}
    branch = read_head(project.repo).branch
    if branch is not None and found.get("workspace") == found.get(branch):
        found.pop("workspace", None)
    return found
