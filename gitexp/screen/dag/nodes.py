"""Which nodes and edges of the pipeline a drawing shows: stages or outs, all or what a target needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Stage
from gitexp.screen.dag.drawing import components


@dataclass(frozen=True, slots=True)
class Dag:
    """Nodes in pipeline order; `parents` are what each node is made from."""

    nodes: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]


def of_stages(stages: Iterable[Stage], upstream: Mapping[str, Sequence[str]]) -> Dag:
    """Every stage and .dvc file by address."""
    nodes = tuple(stage.address for stage in stages)
    known = set(nodes)
    return Dag(nodes, {node: tuple(p for p in upstream.get(node, ()) if p in known) for node in nodes})


def of_outs(stages: Sequence[Stage], upstream: Mapping[str, Sequence[str]]) -> Dag:
    """Every out by path; its parents are the outs that its stage reads."""
    by_address = {stage.address: stage for stage in stages}
    parents: dict[str, tuple[str, ...]] = {}
    for stage in stages:
        read = [
            out.path
            for address in upstream.get(stage.address, ())
            for out in by_address[address].outs
            if any(overlap(out.path, dep.path) for dep in stage.deps)
        ]
        for out in stage.outs:
            parents[out.path] = tuple(dict.fromkeys(read))
    return Dag(tuple(parents), parents)


def overlap(one: str, other: str) -> bool:
    """Whether two paths are the same, or one lies inside the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def narrow(dag: Dag, targets: Sequence[str], full: bool) -> Dag:
    """What `targets` need and themselves; with `full` everything connected with them in any way."""
    if not targets:
        return dag
    wanted: set[str] = set()
    if full:
        for part in components(dag.nodes, dag.parents):
            if any(target in part for target in targets):
                wanted |= set(part)
    else:
        stack = list(targets)
        while stack:
            node = stack.pop()
            if node not in wanted:
                wanted.add(node)
                stack.extend(dag.parents.get(node, ()))
    return Dag(
        tuple(node for node in dag.nodes if node in wanted),
        {node: tuple(p for p in dag.parents[node] if p in wanted) for node in dag.nodes if node in wanted},
    )


def collapse(dag: Dag, groups: Mapping[str, str]) -> Dag:
    """All stages of one foreach or matrix as one node; `groups` maps a stage to its template's name."""
    parents: dict[str, dict[str, None]] = {}
    for node in dag.nodes:
        name = groups.get(node, node)
        merged = parents.setdefault(name, {})
        for parent in dag.parents[node]:
            if groups.get(parent, parent) != name:
                merged[groups.get(parent, parent)] = None
    return Dag(tuple(parents), {node: tuple(found) for node, found in parents.items()})


def renamed(dag: Dag, labels: Mapping[str, str]) -> Dag:
    """The same graph with other names for its nodes, where `labels` has one."""
    return Dag(
        tuple(labels.get(node, node) for node in dag.nodes),
        {labels.get(node, node): tuple(labels.get(p, p) for p in dag.parents[node]) for node in dag.nodes},
    )
