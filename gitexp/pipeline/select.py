"""Which stages a command means, and in which order they run."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from gitexp.errors import ExpError, near
from gitexp.pipeline.graph import Graph, reverse
from gitexp.pipeline.paths import is_manifest, parents
from gitexp.pipeline.stage import Stage

PROJECT_FILE = "dvc.yaml"


def select(
    graph: Graph,
    targets: Sequence[str],
    cwd_rel: str = "",
    single_item: bool = False,
    downstream: bool = False,
    pipeline: bool = False,
    all_pipelines: bool = False,
    recursive: bool = False,
    glob: bool = False,
) -> tuple[Stage, ...]:
    """The stages to bring up to date, upstream first: depth-first post-order over declaration order.

    `cwd_rel` is the current directory relative to the DVC root, '' for the root. No target means the
    dvc.yaml there. Frozen stages do not pull in what they depend on. Raises ExpError for unknown targets.
    """
    edges = active_edges(graph)
    if all_pipelines:
        return _in_order(graph, edges, graph.stages)
    wanted: dict[str, None] = {}
    for target in targets or (PROJECT_FILE,):
        wanted.update(dict.fromkeys(find(graph, target, cwd_rel, recursive=recursive, glob=glob)))
    if single_item and not pipeline:
        return tuple(graph.stages[address] for address in wanted)
    if pipeline:
        chosen = connected(edges, wanted)
    elif downstream:
        chosen = reachable(reverse(edges), wanted)
    elif not wanted:
        # DVC's rule: a dvc.yaml without stages stands for the whole project.
        chosen = set(graph.stages)
    else:
        chosen = reachable(edges, wanted)
    return _in_order(graph, edges, chosen)


def active_edges(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Upstream edges without those of frozen stages."""
    return {
        address: () if graph.stages[address].frozen else others for address, others in graph.upstream.items()
    }


def reachable(edges: Mapping[str, tuple[str, ...]], starts: Iterable[str]) -> set[str]:
    """`starts` and whatever the edges lead to from them."""
    found: set[str] = set()
    stack = list(starts)
    while stack:
        address = stack.pop()
        if address not in found:
            found.add(address)
            stack += edges[address]
    return found


def connected(edges: Mapping[str, tuple[str, ...]], starts: Iterable[str]) -> set[str]:
    """The whole pipelines of `starts`: all that is joined to them in either direction."""
    back = reverse(edges)
    return reachable({address: (*others, *back[address]) for address, others in edges.items()}, starts)


def _in_order(graph: Graph, edges: Mapping[str, tuple[str, ...]], chosen: Iterable[str]) -> tuple[Stage, ...]:
    among = chosen if isinstance(chosen, set) else set(chosen)
    order: dict[str, None] = {}
    for start in graph.stages:
        if start not in among or start in order:
            continue
        entered = {start}
        walks = [(start, iter(edges[start]))]
        while walks:
            address, rest = walks[-1]
            step = next((other for other in rest if other in among and other not in order), None)
            if step is None:
                walks.pop()
                order[address] = None
            elif step not in entered:
                entered.add(step)
                walks.append((step, iter(edges[step])))
    return tuple(graph.stages[address] for address in order)


def find(
    graph: Graph,
    target: str,
    cwd_rel: str = "",
    recursive: bool = False,
    glob: bool = False,
    outs: bool = False,
) -> tuple[str, ...]:
    """The addresses a target means, in declaration order (formats.md 1.5).

    A manifest, a stage name in the dvc.yaml of the current directory, 'file:name', a foreach or matrix
    group; with `glob` a pattern on names; with `recursive` a folder; with `outs` also an output path or
    a path inside one. Raises ExpError.
    """
    if recursive:
        inside = _inside(graph, _from_cwd(target, cwd_rel))
        if inside:
            return inside
    file, name = split_target(target, glob)
    path = _from_cwd(file, cwd_rel)
    found = _in_file(graph, path, name, glob)
    if not found and outs:
        found = _of_out(graph, _from_cwd(target, cwd_rel))
    if not found and not (name is None and path in graph.pipeline.manifests):
        raise _unknown(graph, target, path, name, cwd_rel)
    return found


def split_target(target: str, glob: bool = False) -> tuple[str, str | None]:
    """'sub/dvc.yaml:train@us' -> ('sub/dvc.yaml', 'train@us'); a bare name belongs to ./dvc.yaml."""
    if glob:
        file, _, pattern = target.rpartition(":")
        if not file and is_manifest(pattern):
            return pattern, None
        return file or PROJECT_FILE, pattern or None
    if is_manifest(target) and ":" not in posixpath.basename(target):
        return target, None
    group, at, key = target.partition("@")
    file, colon, name = group.rpartition(":")
    if not colon or "/" in name or "\\" in name:
        return PROJECT_FILE, target
    return file or PROJECT_FILE, f"{name}{at}{key}" if name else None


def _from_cwd(path: str, cwd_rel: str) -> str:
    return posixpath.normpath(posixpath.join(cwd_rel, path))


def _in_file(graph: Graph, path: str, name: str | None, glob: bool) -> tuple[str, ...]:
    here = [(address, stage) for address, stage in graph.stages.items() if stage.file == path]
    if name is None or path.endswith(".dvc"):
        return tuple(address for address, _ in here)
    exact = tuple(address for address, stage in here if name in (stage.name, stage.group))
    if exact or not glob:
        return exact
    return tuple(address for address, stage in here if fnmatchcase(stage.name, name))


def _inside(graph: Graph, folder: str) -> tuple[str, ...]:
    if folder == ".":
        return tuple(graph.stages)
    return tuple(address for address, stage in graph.stages.items() if stage.file.startswith(f"{folder}/"))


def _of_out(graph: Graph, path: str) -> tuple[str, ...]:
    for place in (path, *reversed(parents(path))):
        if place in graph.producers:
            return (graph.producers[place],)
    return ()


def _unknown(graph: Graph, target: str, path: str, name: str | None, cwd_rel: str) -> ExpError:
    if posixpath.basename(target.rpartition(":")[0] or target) == "dvc.lock":
        return ExpError(f"'{target}' is a lock file.", f"did you mean '{target.replace('.lock', '.yaml')}'?")
    producer = _of_out(graph, _from_cwd(target, cwd_rel))
    if producer:
        stage = address_from(graph.stages[producer[0]], cwd_rel)
        return ExpError(f"'{target}' is an output, not a stage.", f"name the stage that makes it: '{stage}'.")
    hint = _near_hint(graph, target, path, name, cwd_rel)
    if path not in graph.pipeline.manifests:
        names_nothing = "" if name is None else f", so '{target}' names nothing"
        ignored = f"a file that Git ignores is not read: `git check-ignore -v {path}` says if it is."
        return ExpError(f"there is no {path} here{names_nothing}.", hint or ignored)
    return ExpError(
        f"there is no stage '{name or target}' in {path}.", hint or "`exp stage list` names them."
    )


def _near_hint(graph: Graph, target: str, path: str, name: str | None, cwd_rel: str) -> str | None:
    """The same name in other folders before names that look alike."""
    stages = graph.stages.values()
    known = [address_from(stage, cwd_rel) for stage in stages]
    groups = [stage.group for stage in stages if stage.group and stage.file == path]
    elsewhere = [address for address in known if name is not None and address.endswith(f":{name}")]
    close = elsewhere[:3] or near(target, list(dict.fromkeys([*known, *groups])))
    return f"did you mean {' or '.join(repr(word) for word in close)}?" if close else None


def address_from(stage: Stage, cwd_rel: str = "") -> str:
    """How a stage is called from a directory: 'train' in its own, else 'path/dvc.yaml:train'."""
    if not cwd_rel or cwd_rel == ".":
        return stage.address
    file = posixpath.relpath(stage.file, cwd_rel)
    if stage.is_data:
        return file
    return stage.name if file == PROJECT_FILE else f"{file}:{stage.name}"
