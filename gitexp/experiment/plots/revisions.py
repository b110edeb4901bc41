"""Which revisions `exp plots diff` lays over each other."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.experiment.table.table import WORKSPACE
from gitexp.git.dirty import is_dirty
from gitexp.project import Project


def compared_revisions(project: Project, words: Sequence[str]) -> tuple[str, ...]:
    """The revisions as written, the workspace first; one alone is compared with the workspace.

    Of none: the workspace, and HEAD if the two differ.
    """
    if len(words) > 1:
        return tuple(dict.fromkeys(sorted(words, key=lambda word: word != WORKSPACE)))
    if words:
        return tuple(dict.fromkeys((WORKSPACE, words[0])))
    return (WORKSPACE, "HEAD") if is_dirty(project.repo) else (WORKSPACE,)
