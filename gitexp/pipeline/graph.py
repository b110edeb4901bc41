"""Which stage needs which: edges from paths, and the checks no pipeline may fail.

Outs are looked up by path and by the folders above them, so the work grows with the number of paths, not
with its square.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.pipeline.paths import parents
from gitexp.pipeline.stage import DepKind, Out, Pipeline, Stage


@dataclass(frozen=True, slots=True)
class Graph:
    """Stages and .dvc files by address, in declaration order, with their direct neighbours.

    `upstream` lists whose outs a stage needs, in the order it names them; `downstream` is the reverse.
    """

    pipeline: Pipeline
    stages: Mapping[str, Stage]
    upstream: Mapping[str, tuple[str, ...]]
    downstream: Mapping[str, tuple[str, ...]]
    producers: Mapping[str, str]  # path of an out -> address of its stage


@dataclass(frozen=True, slots=True)
class _Outs:
    """Every out by path, and below every folder that has some."""

    by_path: dict[str, tuple[Out, Stage]]
    below: dict[str, list[str]]  # folder -> paths of outs in it, at any depth

    def touching(self, path: str) -> Iterator[str]:
        """Paths of outs that contain `path`, are it, or lie in it."""
        for folder in parents(path):
            if folder in self.by_path:
                yield folder
        if path in self.by_path:
            yield path
        yield from self.below.get(path, ())


def build_graph(pipeline: Pipeline) -> Graph:
    """Join stages by their paths. Raises ExpError for a name or an out that is there twice, for outs that
    overlap, a manifest inside an out, and a cycle: each names the stages and their lines."""
    stages = _by_address(pipeline)
    outs = _collect_outs(pipeline.stages)
    for stage in stages.values():
        _check_place(stage, outs)
    upstream = {address: _producers_of(stage, outs) for address, stage in stages.items()}
    _check_cycles(upstream, stages)
    producers = {path: stage.address for path, (_, stage) in outs.by_path.items()}
    return Graph(pipeline, stages, upstream, reverse(upstream), producers)


def reverse(edges: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same edges seen from the other end, in declaration order."""
    turned: dict[str, list[str]] = {address: [] for address in edges}
    for address, others in edges.items():
        for other in others:
            turned[other].append(address)
    return {address: tuple(others) for address, others in turned.items()}


def _by_address(pipeline: Pipeline) -> dict[str, Stage]:
    stages: dict[str, Stage] = {}
    for stage in pipeline.stages:
        address = stage.address
        if address in stages:
            raise ExpError(
                f"{where(stage)}: there are two stages '{stage.name}' here.",
                f"the other one is at {where(stages[address])}; rename one of them.",
            )
        stages[address] = stage
    return stages


def _collect_outs(stages: tuple[Stage, ...]) -> _Outs:
    outs = _Outs({}, {})
    for stage in stages:
        for out in stage.outs:
            if out.path in outs.by_path:
                raise _twice(out, stage, outs.by_path[out.path][1])
            outs.by_path[out.path] = (out, stage)
            for folder in _folders(out.path):
                outs.below.setdefault(folder, []).append(out.path)
    for path, (out, stage) in outs.by_path.items():
        for folder in _folders(path):
            if folder in outs.by_path:
                raise _overlap(out, stage, *outs.by_path[folder])
    return outs


def _folders(path: str) -> list[str]:
    """The folders above an out, the root among them unless it lies outside."""
    found = parents(path)
    return found if path.startswith(("/", "..")) or path == "." else [".", *found]


def _producers_of(stage: Stage, outs: _Outs) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for dep in stage.deps:
        if dep.kind is DepKind.FILE:
            for path in outs.touching(dep.path):
                found[outs.by_path[path][1].address] = None
        elif dep.path in outs.by_path:
            found[outs.by_path[dep.path][1].address] = None
    for params in stage.params:
        for path in outs.touching(params.path):
            found[outs.by_path[path][1].address] = None
    return tuple(found)


def _check_place(stage: Stage, outs: _Outs) -> None:
    for folder in _folders(stage.file):
        if folder in outs.by_path:
            out, producer = outs.by_path[folder]
            raise ExpError(
                f"{stage.file} lies inside '{out.written}', an out of '{producer.address}'.",
                "outs are removed before a stage runs: move the file, or track less.",
            )


def _twice(out: Out, stage: Stage, other: Stage) -> ExpError:
    if stage is other:
        return ExpError(f"{where(stage)}: '{out.path}' is listed as an out twice.")
    return ExpError(
        f"'{out.path}' is an out of two stages: '{other.address}' ({where(other)}) and "
        f"'{stage.address}' ({where(stage)}).",
        "only one stage may write a path; give one of them another name.",
    )


def _overlap(inner: Out, inner_stage: Stage, outer: Out, outer_stage: Stage) -> ExpError:
    return ExpError(
        f"outs overlap: '{inner.path}' of '{inner_stage.address}' ({where(inner_stage)}) lies inside "
        f"'{outer.path}' of '{outer_stage.address}' ({where(outer_stage)}).",
        "each out needs a place of its own: track the folder or the files in it, not both.",
    )


def where(stage: Stage) -> str:
    """'dvc.yaml:12'."""
    return f"{stage.file}:{stage.line}" if stage.line else stage.file


def _check_cycles(upstream: Mapping[str, tuple[str, ...]], stages: Mapping[str, Stage]) -> None:
    done: set[str] = set()
    for start in upstream:
        if start in done:
            continue
        path: dict[str, None] = {start: None}  # the way from `start`, in order
        walks = [iter(upstream[start])]
        while walks:
            step = next(walks[-1], None)
            if step is None:
                walks.pop()
                done.add(path.popitem()[0])
            elif step in path:
                raise _cycle([*path][[*path].index(step) :], stages)
            elif step not in done:
                path[step] = None
                walks.append(iter(upstream[step]))


def _cycle(around: list[str], stages: Mapping[str, Stage]) -> ExpError:
    if len(around) == 1:
        stage = stages[around[0]]
        return ExpError(f"{where(stage)}: stage '{stage.name}' depends on an out of its own.")
    chain = " -> ".join(f"'{address}'" for address in [*around, around[0]])
    places = ", ".join(where(stages[address]) for address in around)
    return ExpError(f"stages depend on each other in a circle: {chain} ({places}).")
