"""`exp gc`: free the disk of data that nothing needs."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit, ExpError
from gitexp.experiment.data.commit_scope import CommitScope
from gitexp.experiment.data.garbage import Garbage, GcRequest, find_garbage
from gitexp.experiment.data.gc import (
    RemoteGarbage,
    find_remote_garbage,
    remove_garbage,
    remove_remote_garbage,
)
from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.project import Project, find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.cells import size_text
from gitexp.screen.data.gc_lines import GcAnswer, gc_json, gc_lines

ANSWER = one(GcAnswer)


def command(
    workspace: bool = typer.Option(False, "-w", "--workspace", help="Keep what the workspace needs."),
    branches: bool = typer.Option(
        False, "-a", "--all-branches", help="Keep what branches need, and the workspace."
    ),
    tags: bool = typer.Option(False, "-T", "--all-tags", help="Keep what tags need, and the workspace."),
    commits: bool = typer.Option(
        False, "-A", "--all-commits", help="Keep what any commit needs, and the workspace."
    ),
    revs: list[str] = typer.Option(None, "--rev", metavar="REV", help="Keep what this commit needs."),
    number: int = typer.Option(1, "-n", "--num", help="Also so many commits before REV; -1 for all."),
    experiments: bool = typer.Option(
        True,
        "--all-experiments/--no-experiments",
        help="Keep what experiments need, or free it: they stay, without their data.",
    ),
    since: str = typer.Option(
        None, "--date", metavar="YYYY-MM-DD", help="Keep what commits from this day on need."
    ),
    projects: list[str] = typer.Option(
        None, "-p", "--projects", metavar="PATH", help="Keep what this project needs too. Repeatable."
    ),
    not_in_remote: bool = typer.Option(
        False, "--not-in-remote", help="Keep what the data remote does not have."
    ),
    log_days: float = typer.Option(
        None, "--log-days", help="Logs of runs end after so many days.  [default: exp.logDays, 90]"
    ),
    cloud: bool = typer.Option(False, "-c", "--cloud", help="Also on the data remote."),
    remote: str = typer.Option(None, "-r", "--remote", metavar="NAME", help="The data remote to use."),
    dry: bool = typer.Option(False, "--dry", help="Only say what would go."),
    force: bool = typer.Option(False, "-f", "--force", help="Do not ask."),
    json: bool = typer.Option(False, "--json", help="What would go or went, as JSON."),
) -> None:
    """Remove data that nothing needs from the cache; experiments keep theirs, also queued and failed ones."""
    project = find_project()
    workspace = workspace or branches or tags or commits or bool(since)
    scope = CommitScope(workspace, branches, tags, commits, False, tuple(revs or ()), number, since=since)
    days = project.settings.log_days if log_days is None else log_days
    others = tuple((project.cwd / path).resolve() for path in projects or ())
    only_pushed = remote or "" if not_in_remote else None
    request = GcRequest(scope, experiments, days, others, only_pushed)
    if not dry:
        keep_lost_runs(project)
    garbage = find_garbage(project, request)
    there = find_remote_garbage(project, request, remote) if cloud or (remote and not not_in_remote) else None
    nothing = garbage.is_empty and not there
    if not json:
        title = "Nothing to remove." if nothing else "Would remove:" if dry else "To remove:"
        sys.stdout.write("".join(f"{line}\n" for line in (title, *gc_lines(garbage, there))))
    if not dry and not nothing:
        _confirm(force, json)
        _remove(project, request, garbage, there, json)
    if json:
        write_answer(gc_json(garbage, there, not dry))


def _confirm(force: bool, json: bool) -> None:
    if force:
        return
    if json or not sys.stdin.isatty():
        raise ExpError(
            "nothing was removed: there is nobody to ask.", "-f removes without asking.", Exit.USAGE
        )
    if not typer.confirm("Remove it?", err=True):
        raise ExpError("nothing was removed.")


def _remove(
    project: Project, request: GcRequest, garbage: Garbage, there: RemoteGarbage | None, json: bool
) -> None:
    freed = remove_garbage(project, request, garbage)
    if there is not None:
        remove_remote_garbage(there)
    if not json:
        sys.stdout.write(f"Removed. {size_text(freed)} freed here.\n")
