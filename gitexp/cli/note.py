"""`exp note`: a person's remark on an experiment, kept as a Git note."""

from __future__ import annotations

import sys

import typer

from gitexp.experiment.find import find_experiment
from gitexp.experiment.notes import read_remarks, remark
from gitexp.project import find_project
from gitexp.screen.answer import one, write_answer
from gitexp.screen.change_data import NoteAnswer
from gitexp.screen.talk import visible

ANSWER = one(NoteAnswer)


def command(
    experiment: str = typer.Argument(help="Its name, or its commit."),
    words: list[str] = typer.Argument(None, metavar="[TEXT]...", help="The remark; shows it if left out."),
    remove: bool = typer.Option(False, "--remove", help="Remove the remark."),
    json: bool = typer.Option(False, "--json", help="The remark as it is then, as JSON."),
) -> None:
    """Write a remark on an experiment, or show it. The commit stays as it is; remarks are pushed along.

    `exp log` shows remarks, `exp log --grep` searches them, and so does `git log --notes=gitexp`.
    """
    repo = find_project().repo
    found = find_experiment(repo, experiment)
    if words or remove:
        remark(repo, found, "" if remove else " ".join(words))
        if not json:
            return
    text = read_remarks(repo).get(found.commit, "").rstrip()
    if json:
        answer: NoteAnswer = {"name": found.name, "rev": found.commit, "note": text or None}
        write_answer(answer)
        return
    sys.stdout.write(f"{visible(text)}\n" if text else "")
