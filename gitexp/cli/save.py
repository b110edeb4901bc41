"""`exp save`: the workspace as it is becomes an experiment."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.change.save import SaveRequest, save_experiment
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.save_lines import SaveAnswer, save_data, save_lines, save_warnings
from gitexp.screen.talk import say, say_next

ANSWER = one(SaveAnswer)


def command(
    targets: list[str] = typer.Argument(
        None, metavar="[TARGET]...", help="Record only the outs of these stages and .dvc files."
    ),
    name: str = typer.Option(None, "-n", "--name", help="The experiment's name; made up by default."),
    message: str = typer.Option(None, "-m", "--message", help="What the commit says."),
    untracked: list[str] = typer.Option(
        None, "-I", "--include-untracked", metavar="PATH", help="An untracked file or folder. Repeatable."
    ),
    force: bool = typer.Option(False, "-f", "--force", help="Replace an experiment of that name."),
    recursive: bool = typer.Option(False, "-R", "--recursive", help="Accepted as DVC has it.", hidden=True),
    json: bool = typer.Option(False, "--json", help="The commit, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing but warnings."),
) -> None:
    """Make an experiment of the workspace as it is. Nothing runs, and nothing in the workspace changes."""
    request = SaveRequest(name, message, force, tuple(targets or ()), tuple(untracked or ()))
    saved = save_experiment(find_project(), request)
    if json:
        write_answer(save_data(saved))
    elif not quiet:
        sys.stdout.write("".join(f"{line}\n" for line in save_lines(saved)))
    for line in save_warnings(saved):
        say(line)
    if not json:
        say_next(f"exp show, exp push REMOTE {saved.experiment.name}")
