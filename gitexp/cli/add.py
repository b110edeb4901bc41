"""`exp add`: track files and folders as data."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.data_add import add_data
from gitexp.experiment.data_paths import matching_paths
from gitexp.experiment.link_hint import link_hint
from gitexp.project import find_project
from gitexp.screen.data_lines import add_data_json, add_lines, add_warnings
from gitexp.screen.json_text import to_json
from gitexp.screen.talk import say


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
    hint = link_hint(project, sum(one.hash.size or 0 for one in result.added if one.changed))
    if hint and not quiet:
        say(f"note: {hint}")
    if json:
        sys.stdout.write(to_json(add_data_json(result)) + "\n")
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in add_lines(result)))
