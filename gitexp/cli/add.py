"""`exp add`: track files and folders as data."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit, ExpError
from gitexp.experiment.data.add import add_data, merged
from gitexp.experiment.data.add_from import FromRequest, add_from
from gitexp.experiment.data.link_hint import link_hint
from gitexp.experiment.data_paths import matching_paths
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.data.answers import AddAnswer, add_data_json
from gitexp.screen.data.lines import add_lines, add_warnings
from gitexp.screen.data.traffic_line import TrafficLine
from gitexp.screen.talk import say

ANSWER = one(AddAnswer)


def command(
    paths: list[str] = typer.Argument(metavar="PATH...", help="Files and folders of the project."),
    glob: bool = typer.Option(False, "--glob", help="PATH is a pattern: 'data/*.csv', 'raw/**/*.png'."),
    out: str = typer.Option(
        None, "-o", "--out", metavar="OUT", help="Copy PATH, which may lie anywhere, to OUT, and add that."
    ),
    to_remote: bool = typer.Option(
        False, "--to-remote", help="Send PATH to the data remote, past cache and workspace."
    ),
    remote: str = typer.Option(None, "-r", "--remote", metavar="NAME", help="The remote of --to-remote."),
    jobs: int = typer.Option(
        None, "-j", "--remote-jobs", min=1, help="How many files --to-remote sends at once."
    ),
    force: bool = typer.Option(False, "-f", "--force", help="Replace what is at OUT."),
    commit: bool = typer.Option(
        True, "--commit/--no-commit", help="Put data into the cache, or only hash it."
    ),
    relink: bool = typer.Option(
        True, "--relink/--no-relink", help="Make PATH links to the cache, as `cache.type` asks for."
    ),
    json: bool = typer.Option(False, "--json", help="What was added, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
) -> None:
    """Put files and folders into the cache and write PATH.dvc, which Git keeps in their place."""
    if (out or to_remote) and not commit:
        raise ExpError("--no-commit does not go with --out and --to-remote.", None, Exit.USAGE)
    if (remote or jobs) and not to_remote:
        raise ExpError("--remote and --remote-jobs go with --to-remote.", None, Exit.USAGE)
    project = find_project()
    words = matching_paths(project, paths) if glob else paths
    if out or to_remote:
        if out and len(words) > 1:
            raise ExpError("--out takes one PATH.", None, Exit.USAGE)
        with TrafficLine("Sending") as line:
            results = [
                add_from(project, FromRequest(word, out, force, to_remote, remote, jobs), line)
                for word in words
            ]
        result = merged(results)
    else:
        result = add_data(project, words, commit, relink)
    for warning in add_warnings(result):
        say(warning)
    hint = link_hint(project, sum(each.hash.size or 0 for each in result.added if each.changed))
    if hint and not quiet and not to_remote and commit:
        say(f"note: {hint}")
    if json:
        write_answer(add_data_json(result))
    elif not quiet:
        sys.stdout.write("".join(f"{text}\n" for text in add_lines(result)))
