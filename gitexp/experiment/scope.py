"""Where the user stands, and which stages that and the targets choose."""

from __future__ import annotations

from gitexp.experiment.request import Scope
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.select import select
from gitexp.pipeline.stage import Stage
from gitexp.project import Project


def caller_dir(project: Project) -> str:
    """Where the user stands, relative to the DVC root; '' for the root itself or outside of it."""
    try:
        here = project.cwd.relative_to(project.root).as_posix()
    except ValueError:
        return ""
    return "" if here == "." else here


def in_scope(graph: Graph, scope: Scope, folder: str) -> tuple[Stage, ...]:
    """The stages to bring up to date, in the order in which they may run."""
    return select(
        graph,
        scope.targets,
        folder,
        single_item=scope.single_item,
        downstream=scope.downstream,
        pipeline=scope.pipeline,
        all_pipelines=scope.all_pipelines,
        recursive=scope.recursive,
        glob=scope.glob,
    )
