"""Which stages an entry of the queue may run: its pipeline, read from its snapshot, not laid out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitexp.experiment.pipelines import read_graph
from gitexp.experiment.scope import in_scope
from gitexp.git.objects import ObjectReader
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.source import visible
from gitexp.pipeline.stage import Stage
from gitexp.project import Project, find_project
from gitexp.queue.job import QueuedJob


def stages_of(
    project: Project, entries: Sequence[QueuedJob]
) -> Iterator[tuple[QueuedJob, tuple[Stage, ...]]]:
    """Each entry with the stages in its scope; the pipeline of a snapshot is read once.

    Overrides are not looked at: what a stage asks of Slurm may not hang on them here.
    """
    graphs: dict[tuple[str, str], Graph] = {}
    places = {project.prefix: project}
    with ObjectReader(project.repo) as reader:
        for job in entries:
            if job.prefix not in places:
                places[job.prefix] = find_project(project.repo.work_tree / job.prefix)
            key = (job.attempt.tree, job.prefix)
            if key not in graphs:
                files = TreeFiles(reader, job.attempt.tree, job.prefix, visible)
                graphs[key] = read_graph(places[job.prefix], files)
            yield job, in_scope(graphs[key], job.request.scope, job.folder)
