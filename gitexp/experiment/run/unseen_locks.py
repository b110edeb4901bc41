"""Locks that are in the workspace and in no commit, because Git ignores them: said before stages run.

DVC refuses to work then. A run of ours goes on, and records its lock in spite of the rule: but it begins
without one, so it asks the run cache for each stage, and does not know what was run in the workspace.
"""

from __future__ import annotations

import posixpath

from gitexp.build.events import Warned
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.worksite import Ground
from gitexp.git.ignore import ignore_rule


def warn_of_unseen_locks(session: Session, tree: str, ground: Ground) -> list[Warned]:
    """A warning for each, once for all runs of a snapshot. Two questions to the disk where all is well."""
    told: list[str] = []

    def find() -> list[str]:
        nonlocal told
        told = _unseen(session, ground)
        return told

    session.once.ask(tree, "unseen locks", find)
    return [_warned(session, path) for path in told]


def _unseen(session: Session, ground: Ground) -> list[str]:
    files = dict.fromkeys(stage.lock_file for stage in ground.stages if not stage.is_data)
    here = session.project.root
    return [file for file in files if not (ground.root / file).exists() and (here / file).exists()]


def _warned(session: Session, file: str) -> Warned:
    project = session.project
    rule = ignore_rule(project.repo, posixpath.join(project.prefix, file))
    if rule is None:
        return Warned(f"{file} is in the workspace, but not in the snapshot.", f"`git add {file}`")
    return Warned(f"Git ignores {file} ({rule}), so runs begin without it.", how_to_keep(file))


def how_to_keep(file: str) -> str:
    """What to do about a lock that Git ignores."""
    name = posixpath.basename(file)
    return f"add the line `!{name}` below that rule, then `git add {file}`; DVC needs it too."
