"""`exp metrics show`: the metrics of the workspace, or of branches and tags."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from gitexp.experiment.data.commit_scope import CommitScope, commits_in
from gitexp.experiment.record import FileValues
from gitexp.experiment.table.named_files import FileChoice, What, read_chosen
from gitexp.experiment.table.table import WORKSPACE
from gitexp.git.refs import tip_names
from gitexp.git.repo import read_head
from gitexp.project import Project, find_project
from gitexp.screen.answer import as_dvc, write_as_dvc
from gitexp.screen.cells import PRECISION
from gitexp.screen.compare.diff_view import DiffStyle
from gitexp.screen.compare.metrics_view import RevisionMetrics, metrics_data, metrics_table
from gitexp.screen.panels import stdout_sheet
from gitexp.screen.unread import warn_unread

ANSWER = as_dvc("metrics show", dict[str, RevisionMetrics])


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[PATH]...", help="Only these files or folders, metrics of dvc.yaml or not."
    ),
    recursive: bool = typer.Option(
        False, "-R", "--recursive", help="As DVC has it: folders always count whole."
    ),
    all_branches: bool = typer.Option(False, "-a", "--all-branches", help="The tips of all branches."),
    all_tags: bool = typer.Option(False, "-T", "--all-tags", help="All tags."),
    all_commits: bool = typer.Option(False, "-A", "--all-commits", help="Every commit."),
    json: bool = typer.Option(False, "--json", help="The JSON of `dvc metrics show`."),
    md: bool = typer.Option(False, "--md", help="A Markdown table."),
    precision: int = typer.Option(PRECISION, "--precision", min=1, help="Digits after the decimal point."),
) -> None:
    """Show metrics as they are now."""
    project = find_project()
    many = all_branches or all_tags or all_commits
    choice = FileChoice(What.METRICS, tuple(targets or ()), lenient=many)
    if many:
        found = {} if all_commits else tip_names(project.repo, all_branches, all_tags)
        commits = commits_in(project.repo, CommitScope(all_commits=True)) if all_commits else list(found)
        titles = [",".join(found.get(oid, [oid])) for oid in commits]
        metrics = _of_revisions(project, commits, titles, choice)
    else:
        metrics = {"": read_chosen(project, [WORKSPACE], choice)[0]}
    warn_unread(metrics)
    if json:
        write_as_dvc(metrics_data(metrics))
        return
    style = DiffStyle("Metric", "", "", precision=precision, rounded=True, sheet=stdout_sheet())
    lines = metrics_table(metrics, style, many, md)
    sys.stdout.write("\n".join(lines) + ("\n" if lines else ""))


def _of_revisions(
    project: Project, commits: Sequence[str], titles: Sequence[str], choice: FileChoice
) -> dict[str, dict[str, FileValues]]:
    """By title; the workspace is left out when it is as the current branch is."""
    read = read_chosen(project, [WORKSPACE, *commits], choice)
    found = dict(zip([WORKSPACE, *titles], read, strict=False))
    branch = read_head(project.repo).branch
    if branch is not None and found.get(WORKSPACE) == found.get(branch):
        found.pop(WORKSPACE, None)
    return found
