"""`stage add` in a project: dvc.yaml written, checked with all the others, and its outs ignored by Git."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.ignore import is_ignored
from gitexp.git.index import add_files, tracked_among
from gitexp.pipeline.edit.gitignore import add_entries
from gitexp.pipeline.edit.manifest import add_stage
from gitexp.pipeline.edit.stage_spec import StageSpec
from gitexp.pipeline.graph import build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.paths import kind_of
from gitexp.pipeline.source import Files, FolderFiles
from gitexp.pipeline.stage import DepKind, Out, Stage
from gitexp.project import Project


@dataclass(frozen=True, slots=True)
class Added:
    """What was done: the manifest and the .gitignore files written, relative to the DVC root.

    `not_ignored` are outs whose folder is not there yet, so that nothing could be written beside them.
    """

    name: str
    manifest: str
    gitignores: tuple[str, ...]
    not_ignored: tuple[str, ...]
    staged: bool


@dataclass(frozen=True, slots=True)
class _WithFile:
    """Files as they are, but for one that is about to be written."""

    files: Files
    path: str
    data: bytes

    def read(self, path: str) -> bytes | None:
        return self.data if path == self.path else self.files.read(path)

    def kind(self, path: str) -> str | None:
        return "file" if path == self.path else self.files.kind(path)

    def listdir(self, path: str) -> list[str]:
        return self.files.listdir(path)

    def manifests(self) -> list[str]:
        found = self.files.manifests()
        return found if self.path in found else [*found, self.path]


def add_to_project(project: Project, spec: StageSpec, force: bool = False) -> Added:
    """Add the stage of `spec` to dvc.yaml in the current folder. `spec.wdir` is relative to that folder.

    Nothing is written unless the whole pipeline, with the stage, is sound. Raises ExpError when it is not,
    when Git ignores dvc.yaml, and when Git tracks an out that the cache should own.
    """
    folder = project.cwd.relative_to(project.root).as_posix().removeprefix(".")
    manifest = posixpath.join(folder, "dvc.yaml")
    spec = _inside(project, spec)
    if is_ignored(project.repo, [_from_top(project, manifest)]):
        raise ExpError(f"Git ignores '{manifest}', so it can't be a pipeline.", "look into .gitignore.")
    files = FolderFiles(project.root, project.repo)
    text = add_stage(files.read(manifest), spec, force, manifest)
    stages = _checked(project, _WithFile(files, manifest, text), manifest, spec.name)
    cached = [out for stage in stages for out in stage.outs if out.cache and not _is_outside(out)]
    _refuse_tracked(project, cached)
    write_atomic(project.root / manifest, text)
    gitignores, not_ignored = _ignore(project, [out.path for out in cached])
    if project.settings.autostage:
        add_files(project.repo, [_from_top(project, path) for path in (manifest, *gitignores)])
    return Added(spec.name, manifest, gitignores, not_ignored, project.settings.autostage)


def _checked(project: Project, files: Files, manifest: str, name: str) -> list[Stage]:
    """The stages that `name` stands for now. Raises ExpError when the pipeline with them is not sound."""
    pipeline = load_pipeline(files, root=str(project.root))
    build_graph(pipeline)
    stages = [stage for stage in pipeline.stages if stage.file == manifest and stage.name == name]
    for stage in stages:
        outside = [out.path for out in stage.outs if out.cache and _is_outside(out)]
        if outside:
            raise ExpError(
                f"the out '{outside[0]}' is outside the project, where the cache can't own it.",
                "-O declares an out that stays where it is.",
            )
    return stages


def _inside(project: Project, spec: StageSpec) -> StageSpec:
    """The spec with wdir checked, and absolute paths of the project made relative to it."""
    wdir = (project.cwd / (spec.wdir or ".")).resolve()
    if not wdir.is_dir():
        raise ExpError(f"the working folder '{spec.wdir}' does not exist.", f"mkdir -p {spec.wdir}")
    if not wdir.is_relative_to(project.root):
        raise ExpError(f"the working folder '{spec.wdir}' is outside the project.")
    relative = posixpath.relpath(wdir.as_posix(), project.cwd.as_posix())
    return replace(
        spec,
        wdir=None if relative == "." else relative,
        deps=tuple(_relative(project.root, wdir, path) for path in spec.deps),
        outs=tuple(replace(out, path=_relative(project.root, wdir, out.path)) for out in spec.outs),
    )


def _relative(root: Path, wdir: Path, path: str) -> str:
    is_ours = posixpath.isabs(path) and kind_of(path) is DepKind.FILE and Path(path).is_relative_to(root)
    return posixpath.relpath(path, wdir.as_posix()) if is_ours else path


def _is_outside(out: Out) -> bool:
    return out.path.startswith(("/", "../")) or kind_of(out.path) is not DepKind.FILE


def _refuse_tracked(project: Project, outs: Sequence[Out]) -> None:
    tracked = tracked_among(project.repo, [_from_top(project, out.path) for out in outs])
    if tracked:
        raise ExpError(
            f"Git tracks '{tracked[0]}', so the cache can't own it.",
            f"`git rm -r --cached {tracked[0]}`, or declare it with -O (-M, --plots-no-cache).",
        )


def _ignore(project: Project, outs: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write entries for outs that Git does not ignore yet: (.gitignore files, outs that have no folder)."""
    ignored = is_ignored(project.repo, [_from_top(project, out) for out in outs])
    by_folder: dict[str, list[str]] = {}
    for out in outs:
        if _from_top(project, out) not in ignored:
            folder, name = posixpath.split(out.rstrip("/"))
            by_folder.setdefault(folder, []).append(name)
    written, missing = [], []
    for folder, names in by_folder.items():
        path = posixpath.join(folder, ".gitignore")
        if not (project.root / folder).is_dir():
            missing += [posixpath.join(folder, name) for name in names]
            continue
        old = FolderFiles(project.root).read(path) or b""
        # A .gitignore is bytes to Git: what is not UTF-8 in it comes back as it was.
        new = add_entries(old.decode("utf-8", "surrogateescape"), names)
        write_atomic(project.root / path, new.encode("utf-8", "surrogateescape"))
        written.append(path)
    return tuple(written), tuple(missing)


def _from_top(project: Project, path: str) -> str:
    """A path of the DVC root, relative to the Git working tree."""
    return posixpath.join(project.prefix, path)
