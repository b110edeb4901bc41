"""`exp init`: make this Git repository a DVC project."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gitexp.errors import ExpError
from gitexp.project.init import init_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.pipeline_data import InitAnswer, init_data
from gitexp.screen.talk import say_next, visible

ANSWER = one(InitAnswer)


def command(
    subdir: bool = typer.Option(
        False, "--subdir", help="A project of its own in a folder of the repository."
    ),
    force: bool = typer.Option(False, "-f", "--force", help="Empty the config of a project that is there."),
    json: bool = typer.Option(False, "--json", help="The new project, as JSON."),
    quiet: bool = typer.Option(False, "-q", "--quiet", help="Print nothing."),
    no_scm: bool = typer.Option(False, "--no-scm", hidden=True),
) -> None:
    """Lay down .dvc and .dvcignore here, as `dvc init` does, and stage them."""
    if no_scm:
        raise ExpError(
            "--no-scm is not for gitexp: experiments are Git commits.", "`git init`, then `exp init`."
        )
    done = init_project(Path.cwd(), subdir, force)
    if json:
        write_answer(init_data(done))
    if json or quiet:
        return
    sys.stdout.write(visible(f"Initialized a DVC project in {done.root}\nStaged: {', '.join(done.staged)}\n"))
    say_next(
        "git commit -m 'exp init'",
        "exp stage add -n train -d train.py -p params.yaml: -o model 'python train.py'",
        "exp run",
    )
