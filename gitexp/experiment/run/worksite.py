"""Lay a worktree out for one attempt: overrides, ignored files it needs, edited data, the pipeline read."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from gitexp.build.locks import Locks
from gitexp.build.site import Site
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.tree import Ignored
from gitexp.dataclass import dataclass
from gitexp.experiment.data.sources import EditedData, capture, find_edited, lend, record
from gitexp.experiment.pipelines import read_pipeline
from gitexp.experiment.request import Attempt
from gitexp.experiment.run.carry import carry
from gitexp.experiment.run.once import Once
from gitexp.experiment.run.session import Session
from gitexp.experiment.run.set_params import set_params
from gitexp.experiment.run.source_roots import python_path
from gitexp.experiment.scope import caller_dir, in_scope
from gitexp.git.untrack import untrack_new
from gitexp.git.worktree import Worktree
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import HydraSettings, Project, project_at


@dataclass(frozen=True, slots=True)
class Ground:
    """A worktree ready to build in; `project` is the one inside it, `stages` are those in scope."""

    worktree: Worktree
    project: Project
    files: FolderFiles
    graph: Graph
    stages: tuple[Stage, ...]
    locks: Locks
    captured: tuple[str, ...] = ()  # .dvc files rewritten for data that was edited in the workspace

    @property
    def root(self) -> Path:
        return self.project.root


class SnapshotFiles(FolderFiles):
    """The files of a worktree; which of them are manifests is known from other runs of the same snapshot."""

    def __init__(self, project: Project, tree: str, once: Once) -> None:
        super().__init__(project.root, project.repo)
        self._tree, self._once = tree, once

    def manifests(self) -> list[str]:
        return self._once.ask(self._tree, "manifests", super().manifests)


@contextmanager
def lent_worktree(session: Session, attempt: Attempt) -> Iterator[Worktree]:
    """A worktree that holds the attempt's tree; handed back to the pool whatever happens."""
    worktree = session.pool.acquire(attempt.baseline, attempt.tree)
    try:
        yield worktree
    finally:
        session.pool.release(worktree)


def lay_out(session: Session, attempt: Attempt, worktree: Worktree, dry: bool = False) -> Ground:
    """Make `worktree` what the attempt is to run in.

    With `dry` edited data is only hashed: nothing enters the cache. Raises ExpError for a bad override, a
    broken pipeline, an unknown target.
    """
    project = project_at(session.project, worktree.path / session.project.prefix)
    folder = caller_dir(session.project)
    carry(session.project.repo.work_tree, worktree.path, session.included, session.copies)
    hydra = project.settings.hydra if session.request.terms.hydra else HydraSettings()
    set_params(project.root, attempt.overrides, folder, hydra)
    files = SnapshotFiles(project, attempt.tree, session.once)
    read = read_pipeline(session.project, files)
    stages = in_scope(read.graph, session.request.scope, folder)
    untrack_outs(session, attempt, worktree, stages)
    locks = dict(read.locks)
    edited = edited_data(session, read.graph, stages, locks)
    for data in edited:
        if dry:
            lend(data, session.project.root, project.root)
        else:
            saved = capture(data, session.project.root, session.store, session.memo, ignored(session.project))
            record(saved, project.root)
            locks[data.stage.address] = saved.entry_now
    captured = tuple(data.stage.file for data in edited)
    return Ground(worktree, project, files, read.graph, stages, locks, captured)


def untrack_outs(session: Session, attempt: Attempt, worktree: Worktree, stages: tuple[Stage, ...]) -> None:
    """Cached outs are no files of Git, also where the snapshot took them because nothing ignores them yet."""
    paths = (out.path for stage in stages for out in stage.outs if out.cache)
    inside = (path for path in paths if not path.startswith(("/", "../")))
    outs = [posixpath.join(session.project.prefix, path) for path in inside]
    new = session.once.ask(attempt.tree, "\0".join(outs), lambda: untrack_new(worktree, outs))
    if new:
        untrack_new(worktree, new)


def edited_data(session: Session, graph: Graph, stages: tuple[Stage, ...], locks: Locks) -> list[EditedData]:
    """Data edited in the workspace that `stages` read."""
    if not session.take_edits:
        return []
    project = session.project
    upstream = (graph.stages[address] for stage in stages for address in graph.upstream[stage.address])
    sources = {stage.address: stage for stage in (*stages, *upstream)}
    return find_edited(project.root, sources.values(), locks, session.memo, ignored(project))


def ignored(project: Project) -> Ignored:
    """What the project's .dvcignore files hide."""
    return DvcIgnore(project.root).ignored


def site_of(session: Session, attempt: Attempt, ground: Ground, log: Path | None) -> Site:
    """Where and with what environment the attempt's stages are built.

    DVC_ROOT is the worktree's, so that a stage which reads $DVC_ROOT/data reads what is recorded.
    """
    env = {
        "DVC_ROOT": str(ground.root),
        "DVC_EXP_NAME": attempt.name,
        "DVC_EXP_BASELINE_REV": attempt.baseline,
        **session.env,
    }
    session.know(ground.graph, ground.locks)
    path = python_path(session.editable, ground.worktree.path, os.environ)
    if path is not None:
        env["PYTHONPATH"] = path
    return Site(
        root=ground.root,
        repo=ground.project.repo,
        store=session.store,
        memo=session.memo,
        link_types=session.project.settings.link_types,
        ignored=ignored(ground.project),
        virtual=True,
        env=env,
        log=log,
        ask=partial(session.once.ask, attempt.tree),
        caller_dir=caller_dir(session.project) or ".",
        far_claims=session.claims,
    )
