"""Remarks of people on experiments: Git notes on their commits, pushed and pulled along with them.

`git log --notes=gitexp` shows them too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gitexp.experiment.experiment import Experiment
from gitexp.git.notes import merge_notes, read_notes, write_note
from gitexp.git.refs import read_ref
from gitexp.git.repo import Repo
from gitexp.git.transport import fetch, list_remote, push

NOTES = "refs/notes/gitexp"
_INCOMING = "refs/gitexp/incoming/notes"
_TRIES = 3  # somebody else may push remarks at the same moment


def read_remarks(repo: Repo, only: Collection[str] | None = None) -> dict[str, str]:
    """Commit -> what people remarked on it, on all or `only` these; no process where nobody ever did."""
    return read_notes(repo, NOTES, only) if read_ref(repo, NOTES) else {}


def remark(repo: Repo, experiment: Experiment, text: str) -> None:
    """Make `text` the remark on an experiment; an empty text removes it."""
    write_note(repo, NOTES, experiment.commit, text.strip())


def push_notes(repo: Repo, remote: str, experiments: Sequence[Experiment]) -> None:
    """Push the remarks, joined with those that others pushed. Nothing happens where there is none."""
    for _ in range(_TRIES if experiments and read_ref(repo, NOTES) else 0):
        if not any(result.refused for result in push(repo, remote, [f"{NOTES}:{NOTES}"])):
            return
        theirs = next((ref.oid for ref in list_remote(repo, remote, NOTES) if ref.name == NOTES), None)
        pull_notes(repo, remote, theirs)


def pull_notes(repo: Repo, remote: str, theirs: str | None) -> None:
    """Take in the remarks of a remote; `theirs` is the commit its notes are at, None if it has none."""
    if theirs is None or theirs == read_ref(repo, NOTES):
        return
    fetch(repo, remote, [f"+{NOTES}:{_INCOMING}"])
    fetched = read_ref(repo, _INCOMING)
    if fetched is not None:
        merge_notes(repo, NOTES, fetched)
