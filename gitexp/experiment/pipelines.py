"""The pipeline of a folder or a commit with its locks, read under the project's settings."""

from __future__ import annotations

from gitexp.build.locks import Locks, read_locks
from gitexp.dataclass import dataclass
from gitexp.pipeline.graph import Graph, build_graph
from gitexp.pipeline.load import load_pipeline
from gitexp.pipeline.parse_cache import ParseCache
from gitexp.pipeline.source import Files
from gitexp.pipeline.template import OptionStyle
from gitexp.project import Project, Settings


@dataclass(frozen=True, slots=True)
class ReadPipeline:
    """A pipeline as it stands, and what is recorded of it."""

    files: Files
    graph: Graph
    locks: Locks


def read_pipeline(project: Project, files: Files) -> ReadPipeline:
    """Load, join and look up the locks. Raises ExpError for what is wrong in the files."""
    graph = read_graph(project, files)
    return ReadPipeline(files, graph, read_locks(graph, files, _cache(project)))


def read_graph(project: Project, files: Files) -> Graph:
    """The same without the locks: which stages there are and what feeds what."""
    style = option_style(project.settings)
    return build_graph(load_pipeline(files, style, str(project.root), _cache(project)))


def _cache(project: Project) -> ParseCache:
    return ParseCache(project.repo.state_dir / "cache" / "parsed")


def option_style(settings: Settings) -> OptionStyle:
    """How mappings in a `cmd` become options, as DVC's config says."""
    return OptionStyle(
        no_for_false=settings.parsing_bool == "boolean_optional",
        repeat_lists=settings.parsing_list == "append",
    )
