"""What is wrong with a run is found before it is queued, and edited data goes with it: nothing is laid out.

The pipeline is read from the workspace with the overrides laid over it in memory: 20 ms, not a checkout.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from gitexp.cache.dvcignore import DvcIgnore
from gitexp.dataclass import dataclass
from gitexp.experiment.data.sources import capture, find_edited
from gitexp.experiment.pipelines import ReadPipeline, read_pipeline
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.set_params import changed_params
from gitexp.experiment.scope import caller_dir, in_scope
from gitexp.experiment.stores import open_memo, open_store
from gitexp.git.edit_tree import replace_files
from gitexp.pipeline.dotdvc import write_dvc_file
from gitexp.pipeline.source import FolderFiles
from gitexp.pipeline.stage import Stage
from gitexp.project import HydraSettings, Project


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a run of the workspace would see: its pipeline, and the stages in scope."""

    pipeline: ReadPipeline
    stages: tuple[Stage, ...]

    @property
    def sources(self) -> list[Stage]:
        """The data that is in scope, or that stages in scope read."""
        graph = self.pipeline.graph
        upstream = (graph.stages[one] for stage in self.stages for one in graph.upstream[stage.address])
        found = {stage.address: stage for stage in (*self.stages, *upstream)}
        return [stage for stage in found.values() if stage.is_data]


class _Overlaid(FolderFiles):
    """The workspace with other bytes in some of its files."""

    def __init__(self, project: Project, texts: Mapping[str, bytes]) -> None:
        super().__init__(project.root, project.repo)
        self._texts = texts

    def read(self, path: str) -> bytes | None:
        found = self._texts.get(path)
        return super().read(path) if found is None else found


def foresee(project: Project, request: RunRequest, overrides: tuple[str, ...]) -> Foreseen:
    """What a run with these overrides would see if it began now.

    Raises ExpError for a bad override, a broken pipeline, an unknown target.
    """
    hydra = project.settings.hydra if request.terms.hydra else HydraSettings()
    folder = caller_dir(project)
    changed = changed_params(project.root, overrides, folder, hydra)
    texts = {path.relative_to(project.root).as_posix(): data for path, data in changed.items()}
    read = read_pipeline(project, _Overlaid(project, texts))
    return Foreseen(read, in_scope(read.graph, request.scope, folder))


def with_edited_data(project: Project, foreseen: Foreseen, tree: str) -> str:
    """The snapshot `tree` with .dvc files that name the data that the workspace has; it is cached."""
    sources = foreseen.sources
    if not sources:
        return tree
    ignored = DvcIgnore(project.root).ignored
    with open_memo(project) as memo:
        found = find_edited(project.root, sources, foreseen.pipeline.locks, memo, ignored)
        store = open_store(project)
        saved = [capture(data, project.root, store, memo, ignored) for data in found]
    files = {
        posixpath.join(project.prefix, data.stage.file): write_dvc_file(
            (project.root / data.stage.file).read_bytes(), data.entry_now, data.stage.file
        )
        for data in saved
    }
    return replace_files(project.repo, tree, files) if files else tree
