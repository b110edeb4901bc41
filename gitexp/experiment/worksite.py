"""Lay a worktree out for one attempt: overrides, ignored files it needs, edited data, the pipeline read."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gitexp.build.locks import Locks
from gitexp.build.site import Site
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.experiment.carry import carry
from gitexp.experiment.data_sources import EditedData, capture, find_edited, record
from gitexp.experiment.pipelines import read_pipeline
from gitexp.experiment.request import Attempt, Scope
from gitexp.experiment.session import Session
from gitexp.experiment.set_params import set_params
from gitexp.experiment.source_roots import python_path
from gitexp.git.untrack import untrack_new
from gitexp.git.worktree import Worktree
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.select import select
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import Project, project_at


@dataclass(frozen=True, slots=True)
class Ground:
    """A worktree ready to build in; `project` is the one inside it, `stages` are those in scope."""

    worktree: Worktree
    project: Project
    files: FolderFiles
    graph: Graph
    stages: tuple[Stage, ...]
    locks: Locks

    @property
    def root(self) -> Path:
        return self.project.root


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
    set_params(project.root, attempt.overrides, folder, project.settings.hydra)
    files = FolderFiles(project.root, project.repo)
    read = read_pipeline(session.project, files)
    stages = in_scope(read.graph, session.request.scope, folder)
    untrack_new(worktree, cached_outs_of(stages, session.project.prefix))
    locks = dict(read.locks)
    for data in edited_data(session, read.graph, stages, locks, dry):
        record(data, project.root)
        locks[data.stage.address] = data.entry_now
    return Ground(worktree, project, files, read.graph, stages, locks)


def cached_outs_of(stages: tuple[Stage, ...], prefix: str) -> list[str]:
    """Cached outs inside the project, relative to the Git root."""
    paths = (out.path for stage in stages for out in stage.outs if out.cache)
    return [posixpath.join(prefix, path) for path in paths if not path.startswith(("/", "../"))]


def caller_dir(project: Project) -> str:
    """Where the user stands, relative to the DVC root; '' for the root itself or outside of it."""
    try:
        here = project.cwd.relative_to(project.root).as_posix()
    except ValueError:
        return ""
    return "" if here == "." else here


def in_scope(graph: Graph, scope: Scope, folder: str) -> tuple[Stage, ...]:
    return select(
        graph,
        scope.targets,
        folder,
        single_item=scope.single_item,
        downstream=scope.downstream,
        pipeline=scope.pipeline,
        all_pipelines=scope.all_pipelines,
        recursive=scope.recursive,
    )


def edited_data(
    session: Session, graph: Graph, stages: tuple[Stage, ...], locks: Locks, dry: bool
) -> list[EditedData]:
    """Data edited in the workspace that `stages` read; in the cache unless `dry`."""
    if not session.take_edits:
        return []
    root = session.project.root
    ignored = DvcIgnore(root).ignored
    upstream = (graph.stages[address] for stage in stages for address in graph.upstream[stage.address])
    sources = {stage.address: stage for stage in (*stages, *upstream)}
    found = find_edited(root, sources.values(), locks, session.memo, ignored)
    return found if dry else [capture(data, root, session.store, session.memo, ignored) for data in found]


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
    path = python_path(session.editable, ground.worktree.path, os.environ)
    if path is not None:
        env["PYTHONPATH"] = path
    return Site(
        root=ground.root,
        repo=ground.project.repo,
        store=session.store,
        memo=session.memo,
        link_types=session.project.settings.link_types,
        ignored=DvcIgnore(ground.root).ignored,
        virtual=True,
        env=env,
        log=log,
        caller_dir=caller_dir(session.project) or ".",
    )
