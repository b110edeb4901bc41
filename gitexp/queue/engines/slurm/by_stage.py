"""One experiment split into jobs, one a stage: each with its own resources, joined by dependencies.

So `prepare` does not hold the GPU that `train` needs. Stages of several experiments that are the same (same
snapshot, command, params and upstream) are one job on which all of them depend. What such a job makes it
leaves in the run cache, so only a stage whose runs are kept there is split off. The rest, and the last stage
at any rate, runs in the job of the experiment itself, which finds the others done and commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from gitexp.build.runcache import may_save
from gitexp.dataclass import dataclass
from gitexp.experiment.jobs.overridden_tree import overridden_tree
from gitexp.experiment.pipelines import read_graph
from gitexp.experiment.scope import in_scope
from gitexp.git.objects import ObjectReader
from gitexp.git.tree_files import TreeFiles
from gitexp.pipeline.graph import Graph
from gitexp.pipeline.params import param_values
from gitexp.pipeline.select import active_edges, address_from
from gitexp.pipeline.source import visible
from gitexp.pipeline.stage import Stage
from gitexp.project import Project, find_project
from gitexp.queue.job import QueuedJob

# Stages, terms, jobs that all wait for, the array of which each waits for its own task.
_Likeness = tuple[tuple[str, ...], object, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Piece:
    """One job: a stage for all the entries that `needing` names, or the rest of one entry (no `target`).

    `after` are the keys of the pieces that must have gone well before; `stages` what the job runs.
    """

    key: str
    entry: QueuedJob
    stages: tuple[Stage, ...]
    after: tuple[str, ...]
    target: str = ""
    needing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Pieces that become one array: alike in stage and terms. `indices`: the task of each.

    `fixed` are jobs that all wait for; of the array `beside` each waits for the task of its own index.
    """

    pieces: tuple[Piece, ...]
    indices: tuple[int, ...]
    fixed: tuple[str, ...] = ()
    beside: str = ""

    def dependency(self) -> str:
        """As Slurm wants it; empty when there is nothing to wait for."""
        words = [f"afterok:{':'.join(self.fixed)}"] if self.fixed else []
        return ",".join([*words, f"aftercorr:{self.beside}"] if self.beside else words)


def pieces_of(project: Project, entries: Sequence[QueuedJob]) -> list[list[Piece]]:
    """The jobs that entries are split into, in layers: what a layer waits for stands in layers before it."""
    split: dict[str, Piece] = {}
    whole: list[Piece] = []
    depth: dict[str, int] = {}
    places = {project.prefix: project}
    with ObjectReader(project.repo) as reader:
        for job in entries:
            if job.prefix not in places:
                places[job.prefix] = find_project(project.repo.work_tree / job.prefix)
            place = places[job.prefix]
            tree = overridden_tree(place, job.attempt, job.folder, job.prefix)
            files = TreeFiles(reader, tree, job.prefix, visible)
            graph = read_graph(place, files)
            for piece in _split(job, graph, files):
                if not piece.target:
                    whole.append(piece)
                    continue
                known = split.get(piece.key)
                needing = (*known.needing, job.id) if known else (job.id,)
                first = known or piece
                split[piece.key] = Piece(
                    first.key, first.entry, first.stages, first.after, first.target, needing
                )
                depth[piece.key] = 1 + max((depth[key] for key in piece.after), default=-1)
    layers: list[list[Piece]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for key, piece in split.items():
        layers[depth[key]].append(piece)
    return [*layers, whole]


def _split(job: QueuedJob, graph: Graph, files: TreeFiles) -> Iterator[Piece]:
    """The pieces of one entry, upstream first, the entry's own job last."""
    stages = [stage for stage in in_scope(graph, job.request.scope, job.folder) if stage.cmd is not None]
    edges = active_edges(graph)
    keys: dict[str, str] = {}
    for stage in stages[:-1]:
        upstream = [other for other in edges[stage.address] if graph.stages[other].cmd is not None]
        if not may_save(stage) or job.request.force or any(other not in keys for other in upstream):
            continue
        after = tuple(keys[other] for other in upstream)
        key = _key(job, stage, after, files)
        keys[stage.address] = key
        yield Piece(key, job, (stage,), after, address_from(stage, job.folder))
    rest = tuple(stage for stage in stages if stage.address not in keys)
    ends = [key for address, key in keys.items() if not any(address in edges[other] for other in keys)]
    yield Piece(job.id, job, rest, tuple(ends))


def _key(job: QueuedJob, stage: Stage, after: Sequence[str], files: TreeFiles) -> str:
    """Equal for stages that are sure to make the same. Beside params only the snapshot can differ."""
    params = {dep.path: param_values(dep, files) for dep in stage.params}
    edited = sorted({dep.path for dep in stage.deps} & set(_overridden(job)))
    texts = {path: hashlib.sha256(files.read(path) or b"").hexdigest() for path in edited}
    outs = [out.path for out in stage.outs]
    told = [job.attempt.tree, job.prefix, stage.address, stage.cmd, params, texts, outs, list(after)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def _overridden(job: QueuedJob) -> list[str]:
    """Files that overrides may change: what stands before a colon, and the params file of all others."""
    found = {word.partition("=")[0].rpartition(":")[0] for word in job.attempt.overrides}
    return [path for path in {*found, "params.yaml"} if path]


def groups_of(
    pieces: Sequence[Piece],
    placed: Mapping[str, tuple[str, int]],
    alike: Callable[[Piece], object],
    size: int,
) -> list[Group]:
    """The arrays of one layer. `placed` says in which array, and as which task, each piece before stands.

    Who alone waits for a task of another array gets that task's index: then one dependency joins both arrays.
    """
    waited: dict[str, int] = {}
    for piece in pieces:
        for key in piece.after:
            waited[key] = waited.get(key, 0) + 1
    found: dict[_Likeness, list[tuple[Piece, int | None]]] = {}
    for piece in pieces:
        own = next((key for key in piece.after if waited[key] == 1), None)
        array, index = placed[own] if own is not None else ("", None)
        fixed = tuple(sorted(_handle(*placed[key]) for key in piece.after if key != own))
        stage = tuple(stage.address for stage in piece.stages)
        found.setdefault((stage, alike(piece), fixed, array), []).append((piece, index))
    groups = []
    for (_, _, fixed, array), members in found.items():
        for start in range(0, len(members), size):
            some = members[start : start + size]
            indices = [number if index is None else index for number, (_, index) in enumerate(some)]
            groups.append(Group(tuple(piece for piece, _ in some), tuple(indices), fixed, array))
    return groups


def _handle(array: str, index: int) -> str:
    return f"{array}_{index}"
