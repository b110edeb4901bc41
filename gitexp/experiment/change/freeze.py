"""`exp freeze` and `exp unfreeze`: `frozen: true` put into manifests, or taken out of them."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.atomic import write_atomic
from gitexp.experiment.change.stage_targets import read_manifest_text, stage_target
from gitexp.pipeline.edit.manifest import freeze_file, freeze_stage, unfreeze_file, unfreeze_stage
from gitexp.project import Project


def freeze(project: Project, targets: Sequence[str], frozen: bool) -> tuple[str, ...]:
    """Freeze or unfreeze stages, foreach and matrix groups and .dvc files.

    Returns the manifests that changed, relative to the DVC root. Nothing is written unless every target is
    right. Raises ExpError for one that is not, and for one stage of a group: they share one definition.
    """
    old: dict[str, bytes] = {}
    new: dict[str, bytes] = {}
    for target in targets:
        file, name = stage_target(project, target)
        if file not in old:
            old[file] = new[file] = read_manifest_text(project, file, target)
        new[file] = _frozen(new[file], file, name) if frozen else _unfrozen(new[file], file, name)
    changed = tuple(file for file in new if new[file] != old[file])
    for file in changed:
        write_atomic(project.root / file, new[file])
    return changed


def _frozen(text: bytes, file: str, name: str | None) -> bytes:
    return freeze_file(text, file) if name is None else freeze_stage(text, name, file)


def _unfrozen(text: bytes, file: str, name: str | None) -> bytes:
    return unfreeze_file(text, file) if name is None else unfreeze_stage(text, name, file)
