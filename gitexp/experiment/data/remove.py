"""`exp data remove` and `exp move`: data stops being tracked, or is tracked under another name."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.build.site import Site
from gitexp.build.versioned import ignore_outs
from gitexp.cache.trouble import file_trouble
from gitexp.cache.workspace import remove, unprotect
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.workspace_site import open_workspace_site
from gitexp.experiment.data_paths import owner_of, root_relative
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.git.index import stage_changes
from gitexp.pipeline.dotdvc import dvc_file_of, read_dvc_file, write_dvc_file
from gitexp.pipeline.edit.gitignore import remove_entries
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Untracked:
    """`files`: what Git has to be told of, root-relative. `outs`: data removed from the workspace."""

    paths: tuple[str, ...]
    files: tuple[str, ...]
    outs: tuple[str, ...] = ()
    staged: bool = False


def remove_data(project: Project, words: Sequence[str], outs: bool = False) -> Untracked:
    """Stop tracking data, named by its path or its .dvc file; with `outs` the data goes from the workspace.

    What is in the cache stays there until `exp gc`. Raises ExpError before anything is changed for what is
    no tracked data.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    stages = list(dict.fromkeys(_data_stage(project, read, word) for word in words))
    files: list[str] = []
    gone: list[str] = []
    for stage in stages:
        (project.root / stage.file).unlink()
        files += [stage.file, *_unignore(project.root, stage)]
        if outs:
            gone += [out.path for out in stage.outs]
    for path in gone:
        remove(project.root / path)
    paths = tuple(out.path for stage in stages for out in stage.outs)
    return Untracked(paths, tuple(dict.fromkeys(files)), tuple(gone), _stage_changes(project, files))


def _data_stage(project: Project, read: ReadPipeline, word: str) -> Stage:
    path = root_relative(project, word)
    address = path if path in read.graph.stages else read.graph.producers.get(path)
    if address is None:
        inside = owner_of(read.graph, path)
        raise ExpError(
            f"'{word}' is not tracked data.",
            f"it is part of '{inside[0]}': delete it there, then `exp add {inside[0]}`."
            if inside
            else "name a path that was added, or its .dvc file.",
        )
    stage = read.graph.stages[address]
    if not stage.is_data:
        raise ExpError(
            f"'{word}' is made by stage '{address}'.", f"`exp stage remove {address}` removes the stage."
        )
    return stage


def _unignore(root: Path, stage: Stage) -> list[str]:
    """Drop the lines that kept the data out of Git; a .gitignore that becomes empty goes."""
    changed = []
    for out in stage.outs:
        file = posixpath.join(posixpath.dirname(out.path), ".gitignore")
        try:
            old = (root / file).read_text("utf-8", "surrogateescape")
        except FileNotFoundError:
            continue
        new = remove_entries(old, [posixpath.basename(out.path)])
        if new == old:
            continue
        if new:
            write_atomic(root / file, new.encode("utf-8", "surrogateescape"))
        else:
            (root / file).unlink()
        changed.append(file)
    return changed


def _stage_changes(project: Project, files: Sequence[str]) -> bool:
    if project.settings.autostage:
        stage_changes(project.repo, [posixpath.join(project.prefix, file) for file in files])
    return project.settings.autostage


def move_data(project: Project, source: str, target: str) -> Untracked:
    """Give tracked data another path; a `target` that is a folder gets it inside. Nothing is hashed again.

    Raises ExpError before anything is changed for what can't be moved, or a target that is taken.
    """
    read = read_pipeline(project, FolderFiles(project.root, project.repo))
    stage = _data_stage(project, read, source)
    old = stage.outs[0].path
    new = root_relative(project, target)
    if (project.root / new).is_dir():
        new = posixpath.normpath(posixpath.join(new, posixpath.basename(old)))
    _check_move(project.root, read, stage, new)
    with open_workspace_site(project) as (site, _):
        files = _move(site, stage, old, new)
    return Untracked((new,), tuple(files), staged=_stage_changes(project, files))


def _check_move(root: Path, read: ReadPipeline, stage: Stage, new: str) -> None:
    old = stage.outs[0].path
    if len(stage.outs) != 1 or stage.file != dvc_file_of(old):
        raise ExpError(
            f"'{stage.file}' tracks '{old}' in a way that can't be moved.", "edit the file, or add it anew."
        )
    if f"{new}/".startswith(f"{old}/"):
        raise ExpError(f"'{old}' can't be moved to '{new}', which is itself or inside of it.")
    if os.path.lexists(root / new) or (root / dvc_file_of(new)).exists():
        raise ExpError(f"'{new}' is there already.", "choose another name, or remove it first.")
    owner = owner_of(read.graph, new)
    if owner is not None:
        raise ExpError(f"'{new}' would lie inside '{owner[0]}', which is tracked by itself.")


def _move(site: Site, stage: Stage, old: str, new: str) -> list[str]:
    file = site.path(dvc_file_of(new))
    text = site.path(stage.file).read_bytes()
    locked = read_dvc_file(text, stage.file).locked
    entry = replace(locked, outs=(replace(locked.outs[0], path=posixpath.basename(new)),))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # The new name is there before the old one goes: whatever happens in between, nothing is untracked.
        write_atomic(file, write_dvc_file(text, entry, stage.file))
        if os.path.lexists(site.path(old)):
            os.rename(site.path(old), site.path(new))
        site.path(stage.file).unlink()
    except OSError as error:
        raise file_trouble("move", site.path(old), error) from error
    moved = read_dvc_file(file.read_bytes(), dvc_file_of(new)).stage
    folders = {new} if site.path(new).is_dir() else set()
    ignored = ignore_outs(site, [moved], folders)
    return [dvc_file_of(new), stage.file, *dict.fromkeys([*ignored, *_unignore(site.root, stage)])]


def unprotect_data(project: Project, words: Sequence[str]) -> tuple[str, ...]:
    """Make files and folders writable copies instead of links into the cache; their root-relative paths.

    Raises ExpError for what is not there, before anything is changed.
    """
    paths = tuple(root_relative(project, word) for word in words)
    for path, word in zip(paths, words, strict=True):
        if not (project.root / path).exists():
            raise ExpError(f"'{word}' does not exist.", f"`exp checkout {word}` brings it, if it is tracked.")
    for path in paths:
        unprotect(project.root / path)
    return paths
