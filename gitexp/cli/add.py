"""`exp add`: track files and folders as data."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.link_hint import link_hint
from gitexp.experiment.data_paths import matching_paths
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data_answers import AddAnswer, add_data_json
from gitexp.screen.data_lines import add_lines, add_warnings
from gitexp.screen.talk import say

ANSWER = one(AddAnswer)


def command(
    paths: list[str] = typer.Argument(metavar="PATH...", help="Files and folders of the project."),
    glob: bool = typer.Option(False, "--glob", help="PATH is a pattern: 'data/*.csv', 'raw/**/*.png'."),
    json: bool = typer.Option(False, "--json", help="What was added, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> None:
    """Put files and folders into the cache and write PATH.dvc, which Git keeps in their place."""
    project = find_project()
    result = add_data(project, matching_paths(project, paths) if glob else paths)
    for line in add_warnings(result):
        say(line)
    hint = link_hint(project, sum(each.hash.size or 0 for each in result.added if each.changed))
    if hint and not quiet:
        say(f"note: {hint}")
    if json:
        write_answer(add_data_json(result))
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in add_lines(result)))
