"""What a command that edits manifests was told to edit: a stage's definition, or a .dvc file."""

from __future__ import annotations

import posixpath

from gitexp.errors import ExpError
from gitexp.experiment.scope import caller_dir
from gitexp.pipeline.select import split_target
from gitexp.pipeline.source import FolderFiles
from gitexp.project import Project


def stage_target(project: Project, target: str) -> tuple[str, str | None]:
    """The manifest, relative to the DVC root, and the name in it; None for a .dvc file.

    Raises ExpError for a whole dvc.yaml, and for one stage of a foreach or matrix group.
    """
    file, name = split_target(target)
    path = posixpath.normpath(posixpath.join(caller_dir(project), file))
    if path.endswith(".dvc"):
        return path, None
    if name is None:
        raise ExpError(f"'{target}' names a whole file.", "name its stages: `exp stage list`.")
    group, at, _key = name.partition("@")
    if at:
        whole = target.partition("@")[0]
        raise ExpError(f"'{name}' is made by '{group}', and has no lines of its own.", f"name '{whole}'.")
    return path, name


def read_manifest_text(project: Project, file: str, target: str) -> bytes:
    """The bytes of a manifest. Raises ExpError when there is none."""
    text = FolderFiles(project.root).read(file)
    if text is None:
        raise ExpError(f"there is no {file} here, so '{target}' names nothing.", "`exp stage list --all`.")
    return text
