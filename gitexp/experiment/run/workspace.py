"""The workspace as it stands: its pipeline, its locks, and the site in which `exp status` looks at it."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.build.site import Site
from gitexp.build.status import StageStatus, status
from gitexp.cache.dvcignore import DvcIgnore
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.scope import caller_dir
from gitexp.experiment.stores import open_memo, open_store
from gitexp.pipeline.select import select
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import Project


def read_workspace(project: Project) -> ReadPipeline:
    """The pipeline of the workspace. Raises ExpError for what is wrong in its files."""
    return read_pipeline(project, FolderFiles(project.root, project.repo))


def workspace_status(project: Project, targets: Sequence[str] = ()) -> tuple[StageStatus, ...]:
    """The stages that are not as their lock says: all of the project, or `targets` with what they need."""
    read = read_workspace(project)
    with open_memo(project) as memo:
        site = Site(
            root=project.root,
            repo=project.repo,
            store=open_store(project),
            memo=memo,
            link_types=project.settings.link_types,
            ignored=DvcIgnore(project.root).ignored,
        )
        return status(read.graph, site, read.locks, _chosen(project, read, targets))


def _chosen(project: Project, read: ReadPipeline, targets: Sequence[str]) -> tuple[Stage, ...] | None:
    return select(read.graph, targets, caller_dir(project)) if targets else None
