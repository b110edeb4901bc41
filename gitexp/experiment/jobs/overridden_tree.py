"""The tree that an attempt begins with, overrides included, without laying out a worktree."""

from __future__ import annotations

import posixpath

from gitexp.experiment.request import Attempt
from gitexp.git.edit_tree import replace_files
from gitexp.git.objects import ObjectReader
from gitexp.pipeline.edit.params import apply_overrides
from gitexp.pipeline.override.overrides import by_file, parse_overrides
from gitexp.project import Project


def overridden_tree(project: Project, attempt: Attempt, folder: str, prefix: str) -> str:
    """`attempt.tree` with the attempt's overrides in its params files.

    `folder` and `prefix`: where the user stood in the DVC root, and the DVC root in the Git root. Where Hydra
    composes the params only a run can tell them: then the tree is as it was. Raises ExpError.
    """
    if project.settings.hydra.enabled or not attempt.overrides:
        return attempt.tree
    changed = {}
    with ObjectReader(project.repo) as reader:
        for name, overrides in by_file(parse_overrides(attempt.overrides)).items():
            places = [posixpath.normpath(posixpath.join(prefix, start, name)) for start in (folder, "")]
            found = [(path, reader.read(f"{attempt.tree}:{path}")) for path in places]
            path, data = next((pair for pair in found if pair[1] is not None), found[-1])
            changed[path] = apply_overrides(name, data, overrides)
    return replace_files(project.repo, attempt.tree, changed)
