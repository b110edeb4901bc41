"""`exp stage remove`: a stage leaves dvc.yaml, and its traces leave dvc.lock and .gitignore."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.cache.checkout import remove
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.change.stage_targets import read_manifest_text, stage_target
from gitexp.experiment.pipelines import option_style
from gitexp.git.index import stage_changes
from gitexp.pipeline.edit.gitignore import remove_entries
from gitexp.pipeline.edit.manifest import remove_stage
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.lockfile import without_stages
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Out, Stage
from gitexp.pipeline.yaml import parse_yaml
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Removed:
    """What was done, by paths relative to the DVC root: files `changed`, files `deleted`, `outs` removed."""

    names: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    outs: tuple[str, ...] = ()
    staged: bool = False


def remove_stages(project: Project, targets: Sequence[str], outs: bool = False) -> Removed:
    """Remove stages and whole foreach or matrix groups; with `outs` also the files that they made.

    A dvc.yaml or dvc.lock with nothing left in it goes, too. Nothing is written unless every target is right.
    Raises ExpError for one that is not, and for a pipeline that can't be read.
    """
    wanted = [_definition(project, target) for target in dict.fromkeys(targets)]
    pipeline = load_pipeline(
        FolderFiles(project.root, project.repo), option_style(project.settings), str(project.root)
    )
    stages = [stage for stage in pipeline.stages if (stage.file, stage.group or stage.name) in wanted]
    edits = _Edits(project.root)
    for (file, name), target in zip(wanted, dict.fromkeys(targets), strict=True):
        text = edits.read(file) or read_manifest_text(project, file, target)
        left = remove_stage(text, name, file)
        edits.put(file, left if _holds_something(left, file) else None)
    for lock in dict.fromkeys(stage.lock_file for stage in stages):
        _drop_entries(edits, lock, {stage.name for stage in stages if stage.lock_file == lock})
    _drop_ignored(edits, stages)
    changed, deleted = edits.write()
    gone = _remove_outs(project.root, stages) if outs else ()
    if project.settings.autostage:
        stage_changes(project.repo, [posixpath.join(project.prefix, file) for file in (*changed, *deleted)])
    names = tuple(name for _file, name in wanted)
    return Removed(names, changed, deleted, gone, project.settings.autostage)


def _definition(project: Project, target: str) -> tuple[str, str]:
    file, name = stage_target(project, target)
    if name is None:
        raise ExpError(f"'{target}' is data, not a stage.", f"`exp data remove {target}` stops tracking it.")
    return file, name


class _Edits:
    """Files as they will be: read through, written at the end. None: the file is to go."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files = FolderFiles(root)
        self._new: dict[str, bytes | None] = {}

    def read(self, file: str) -> bytes | None:
        return self._new[file] if file in self._new else self._files.read(file)

    def put(self, file: str, text: bytes | None) -> None:
        self._new[file] = text

    def write(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The files that changed, and those that are gone."""
        changed, deleted = [], []
        for file, text in self._new.items():
            if text is None:
                (self._root / file).unlink()
                deleted.append(file)
            elif text != self._files.read(file):
                write_atomic(self._root / file, text)
                changed.append(file)
        return tuple(changed), tuple(deleted)


def _holds_something(text: bytes, name: str) -> bool:
    """Whether a manifest says anything. DVC drops the file with its last stage, plots and all: we don't."""
    data = parse_yaml(text, name)
    return isinstance(data, dict) and any(value for value in data.values())


def _drop_entries(edits: _Edits, lock: str, names: set[str]) -> None:
    text = edits.read(lock)
    if text is not None:
        edits.put(lock, without_stages(text, names, lock))


def _drop_ignored(edits: _Edits, stages: Iterable[Stage]) -> None:
    """The lines that kept the stages' outs out of Git; a .gitignore that becomes empty goes."""
    for out in _inside(stages):
        folder, name = posixpath.split(out.path)
        file = posixpath.join(folder, ".gitignore")
        text = edits.read(file) if out.cache else None
        if text is not None:
            # A .gitignore is bytes to Git: what is not UTF-8 in it comes back as it was.
            left = remove_entries(text.decode("utf-8", "surrogateescape"), [name])
            edits.put(file, left.encode("utf-8", "surrogateescape") if left or not text else None)


def _remove_outs(root: Path, stages: Iterable[Stage]) -> tuple[str, ...]:
    paths = [out.path for out in _inside(stages)]
    for path in paths:
        remove(root / path)
    return tuple(paths)


def _inside(stages: Iterable[Stage]) -> list[Out]:
    """The outs inside the project: the others are not ours to touch."""
    return [out for stage in stages for out in stage.outs if not out.path.startswith(("/", "../"))]
