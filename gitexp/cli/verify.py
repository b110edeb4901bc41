"""`exp verify`: run an experiment again from nothing, and compare every output."""

from __future__ import annotations

import sys

import typer

from gitexp.errors import Exit
from gitexp.experiment.run.verify import verify
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.talk import visible
from gitexp.screen.verify_lines import VerifyAnswer, tell, verify_data, verify_lines

ANSWER = one(VerifyAnswer)


def command(
    experiment: str = typer.Argument(help="Its name, or any revision that Git knows."),
    jobs: int = typer.Option(None, "-j", "--jobs", min=1, help="Stage commands at once."),
    json: bool = typer.Option(False, "--json", help="Every stage with its verdict, as JSON."),
    verbose: bool = typer.Option(False, "-v", "--verbose", help="Show what the stages print."),
) -> Exit:
    """Run an experiment's stages again from nothing, without any cache, and compare the outputs.

    Exit code 0 if all are the same. Your files, and the experiment, stay as they are.
    """
    verified = verify(find_project(), experiment, jobs, lambda event: tell(event, verbose))
    if json:
        write_answer(verify_data(verified))
    else:
        sys.stdout.write("".join(f"{visible(line)}\n" for line in verify_lines(verified)))
    return Exit.DONE if verified.first is None else Exit.FAILED
