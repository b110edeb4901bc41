"""What commands that edit the pipeline say: what was changed, and what Git should hear of."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence

from gitexp.experiment.change.stage_remove import Removed
from gitexp.project import Project


def frozen_lines(project: Project, changed: Sequence[str], frozen: bool) -> list[str]:
    """Where stages were frozen or thawed."""
    if not changed:
        return [f"Nothing to change: that is {'frozen' if frozen else 'not frozen'} already."]
    verb = "Froze" if frozen else "Unfroze"
    return [f"{verb} what you named in {', '.join(_from_here(project, changed))}."]


def removed_lines(project: Project, removed: Removed) -> list[str]:
    """Which stages are gone, from which files, and how to tell Git."""
    what = ", ".join(f"'{name}'" for name in removed.names)
    lines = [f"Removed {'stage' if len(removed.names) == 1 else 'stages'} {what}."]
    if removed.deleted:
        lines.append(f"Nothing was left in {', '.join(_from_here(project, removed.deleted))}: deleted.")
    if removed.outs:
        lines.append(f"Removed its outs: {', '.join(_from_here(project, removed.outs))}.")
    if not removed.staged:
        files = shlex.join(["git", "add", *_from_here(project, (*removed.changed, *removed.deleted))])
        lines.append(f"\nTo track the changes with git, run:\n\n\t{files}")
    return lines


def _from_here(project: Project, files: Iterable[str]) -> list[str]:
    """Paths of the DVC root as seen from where the user stands."""
    return [os.path.relpath(project.root / file, project.cwd) for file in files]
