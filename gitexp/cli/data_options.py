"""Options that the commands for sharing data have in common."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

import typer

from gitexp.experiment.data.commit_scope import CommitScope
from gitexp.experiment.data.share import SharedData
from gitexp.screen.answer import write_answer
from gitexp.screen.data.answers import CheckoutAnswer
from gitexp.screen.data.share_lines import share_json, share_lines, share_trouble

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TARGET]...", help="Paths, stages or .dvc files; all data by default."),
]
Revs = Annotated[
    list[str] | None,
    typer.Option("--rev", metavar="REV", help="What this commit or experiment needs. Repeatable."),
]
Num = Annotated[int, typer.Option("-n", "--num", help="Also so many commits before REV; -1 for all.")]
AllExperiments = Annotated[
    bool, typer.Option("--all-experiments", help="What the experiments need, all of them.")
]
Branches = Annotated[bool, typer.Option("-a", "--all-branches", help="What the tips of branches need.")]
Tags = Annotated[bool, typer.Option("-T", "--all-tags", help="What tags need.")]
AllCommits = Annotated[bool, typer.Option("-A", "--all-commits", help="What any commit needs.")]
RemoteName = Annotated[str | None, typer.Option("-r", "--remote", metavar="NAME", help="The data remote.")]
Jobs = Annotated[int | None, typer.Option("-j", "--jobs", min=1, help="How many files at once.")]
RunCache = Annotated[
    bool, typer.Option("--run-cache/--no-run-cache", help="Also what is known of earlier runs.")
]
AllowMissing = Annotated[bool, typer.Option("--allow-missing", help="What is nowhere to be had is no error.")]
WithDeps = Annotated[
    bool, typer.Option("-d", "--with-deps", help="Also what the stages upstream of TARGET make.")
]
Recursive = Annotated[
    bool, typer.Option("-R", "--recursive", hidden=True, help="As DVC has it: folders always are.")
]
Json = Annotated[bool, typer.Option("--json", help="What went over, as JSON.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but errors.")]


def scope_of(
    revs: list[str] | None, num: int, experiments: bool, branches: bool, tags: bool, commits: bool
) -> CommitScope:
    """The revisions that options name; with any, the workspace is not meant unless it is all there is."""
    return CommitScope(
        branches=branches,
        tags=tags,
        all_commits=commits,
        experiments=experiments,
        revs=tuple(revs or ()),
        num=num if num < 0 else max(1, num),
    )


def report(
    shared: SharedData,
    verb: str,
    json: bool,
    quiet: bool,
    brought: CheckoutAnswer | None = None,
    allow_missing: bool = False,
) -> None:
    """Print what went over. Raises ExpError for what did not; `allow_missing`: but for what is not there."""
    if json:
        write_answer(share_json(shared) if brought is None else {**share_json(shared), **brought})
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in share_lines(shared, verb)))
    if allow_missing:
        shared = replace(shared, lost=tuple(one for one in shared.lost if not one.absent))
    trouble = share_trouble(shared, verb)
    if trouble is not None:
        raise trouble
