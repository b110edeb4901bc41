"""Options that `exp push`, `exp pull` and `exp fetch` have in common, and how they end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.choose import Choice
from gitexp.experiment.share.shared import Shared
from gitexp.project import Project
from gitexp.screen.answer import write_answer
from gitexp.screen.data.exchange_lines import exchange_data, exchange_lines, refused_lines
from gitexp.screen.data.share_answer import ShareAnswer
from gitexp.screen.talk import print_error, say

GitRemote = Annotated[str, typer.Argument(metavar="REMOTE", help="A Git remote, or its URL.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Only these experiments; those of HEAD by default."),
]
Everywhere = Annotated[bool, typer.Option("-A", "--all-commits", help="Those of every commit.")]
Revs = Annotated[
    list[str] | None, typer.Option("--rev", metavar="REV", help="Those of this commit. Repeatable.")
]
Num = Annotated[int, typer.Option("-n", "--num", help="Also so many commits before REV; -1 for all.")]
AllProjects = Annotated[
    bool, typer.Option("--all-projects", help="Also those of other DVC projects in this repository.")
]
Prune = Annotated[bool, typer.Option("--prune", help="Remove those that the other side no longer has.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Only the commits, not the data.")]
RunCache = Annotated[
    bool, typer.Option("--run-cache/--no-run-cache", help="Also what is known of earlier runs.")
]
DataRemote = Annotated[str | None, typer.Option("-r", "--remote", metavar="NAME", help="The data remote.")]
Jobs = Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="How many files at once.")]
Json = Annotated[bool, typer.Option("--json", help="What went over, as JSON.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]


def choice_of(
    names: list[str] | None, everywhere: bool, revs: list[str] | None, num: int, all_projects: bool
) -> Choice:
    """Which experiments the options mean."""
    return Choice(tuple(names or ()), Baselines(tuple(revs or ()), num, everywhere=everywhere), all_projects)


@dataclass(frozen=True, slots=True)
class DataOptions:
    """What to do about data. `wanted` False leaves it where it is."""

    wanted: bool = True
    remote: str | None = None
    jobs: int | None = None
    run_cache: bool = False


def finish(
    project: Project, shared: Shared, verb: str, remote: str, options: DataOptions, json: bool, quiet: bool
) -> Exit:
    """Move the data, print what went over and what did not; the exit code says whether all did."""
    lines: list[str] = []
    data: ShareAnswer | None = None
    trouble: ExpError | None = None
    if options.wanted and project.settings.remotes and (shared.moved or shared.unchanged):
        lines, data, trouble = deferred.module("gitexp.cli.their_data").move(
            project, shared, verb, options.remote, options.jobs, options.run_cache
        )
    if json:
        write_answer(exchange_data(shared, data, trouble))
    elif not quiet:
        text = [*exchange_lines(shared, verb, remote), *lines]
        sys.stdout.write("".join(f"{line}\n" for line in text))
    for line in refused_lines(shared, verb, remote):
        say(line)
    if trouble is not None:
        print_error(trouble)
    return Exit.FAILED if trouble or shared.diverged or shared.refused else Exit.DONE
