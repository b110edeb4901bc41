"""The drawing of a DAG, first half: which row each node stands in, and in which order within its row.

After Sugiyama: rank the nodes, replace edges that skip rows by trunks, then reorder rows to lose crossings.
Nodes of a row that lead to exactly the same targets share one trunk, which branches off where these are:
so a fan-in or fan-out of any size takes one column, and following lines downwards never misleads.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

from gitexp.dataclass import dataclass

SWEEPS = 24  # passes of crossing reduction; it rarely improves after ten
BIG = 150  # from this many nodes on, a few passes must do


@dataclass(slots=True)
class Layers:
    """Nodes are numbers; `rows` hold them left to right, top row first. Edges join neighbouring rows."""

    labels: list[str | None]  # None: a trunk, the line of a long edge passing through a row
    rows: list[list[int]]
    above: list[list[int]]
    below: list[list[int]]


def rank_nodes(
    nodes: Sequence[str], parents: Mapping[str, Sequence[str]], sizes: Mapping[str, int], room: int | None
) -> dict[str, int]:
    """The row of every node, counted from 0. With `room`, no row is wider if that can be helped."""
    order = list(TopologicalSorter({node: parents.get(node, ()) for node in nodes}).static_order())
    place = {node: i for i, node in enumerate(nodes)}
    ranks: dict[str, int] = {}
    for node in order:
        ranks[node] = max((ranks[parent] + 1 for parent in parents.get(node, ())), default=0)
    if room is not None:
        order.sort(key=lambda node: (ranks[node], place[node]))
        return _within_room(order, parents, sizes, room)
    _sink(order, parents, ranks)
    return ranks


def _within_room(
    order: Sequence[str], parents: Mapping[str, Sequence[str]], sizes: Mapping[str, int], room: int
) -> dict[str, int]:
    """Fill rows from the top; a node that no longer fits goes to the next row."""
    ranks: dict[str, int] = {}
    used: dict[int, int] = {}
    for node in order:
        rank = max((ranks[parent] + 1 for parent in parents.get(node, ())), default=0)
        while used.get(rank, 0) and used[rank] + sizes[node] > room:
            rank += 1
        ranks[node] = rank
        used[rank] = used.get(rank, 0) + sizes[node]
    return ranks


def _sink(order: Sequence[str], parents: Mapping[str, Sequence[str]], ranks: dict[str, int]) -> None:
    """Move nodes down to their nearest consumer where that makes edges shorter."""
    children: dict[str, list[str]] = {node: [] for node in order}
    for node in order:
        for parent in parents.get(node, ()):
            children[parent].append(node)
    for node in reversed(order):
        if children[node] and len(children[node]) >= len(parents.get(node, ())):
            ranks[node] = min(ranks[child] for child in children[node]) - 1
    lowest = min(ranks.values(), default=0)
    for node in order:
        ranks[node] -= lowest


def build_layers(
    nodes: Sequence[str], parents: Mapping[str, Sequence[str]], ranks: Mapping[str, int]
) -> Layers:
    """Rows with trunks, ordered for few crossings."""
    layers = Layers([], [[] for _ in range(max(ranks.values(), default=-1) + 1)], [], [])
    number = {node: _add(layers, node, ranks[node]) for node in nodes}
    ahead: dict[int, set[int]] = {number[node]: set() for node in nodes}  # targets not yet reached
    for node in nodes:
        for parent in parents.get(node, ()):
            ahead[number[parent]].add(number[node])
    for row in range(len(layers.rows) - 1):
        _connect(layers, ahead, row)
    _start_order(layers)
    reduce_crossings(layers)
    return layers


def _add(layers: Layers, label: str | None, row: int) -> int:
    layers.labels.append(label)
    layers.above.append([])
    layers.below.append([])
    layers.rows[row].append(len(layers.labels) - 1)
    return len(layers.labels) - 1


def _connect(layers: Layers, ahead: dict[int, set[int]], row: int) -> None:
    """Edges from one row to the next; what lies further on continues as a trunk."""
    next_row = set(layers.rows[row + 1])
    alike: dict[frozenset[int], list[int]] = {}
    for node in layers.rows[row]:
        if ahead[node]:
            alike.setdefault(frozenset(ahead[node]), []).append(node)
    for targets, sources in alike.items():
        near = sorted(targets & next_row)
        if len(near) < len(targets):
            trunk = _add(layers, None, row + 1)
            ahead[trunk] = set(targets) - next_row
            near.append(trunk)
        for source in sources:
            for target in near:
                _edge(layers, source, target)


def _edge(layers: Layers, upper: int, lower: int) -> None:
    layers.below[upper].append(lower)
    layers.above[lower].append(upper)


def _start_order(layers: Layers) -> None:
    """Depth first from the top: relatives start out side by side."""
    seen: dict[int, None] = {}
    stack = [node for row in reversed(layers.rows) for node in reversed(row) if not layers.above[node]]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen[node] = None
            stack.extend(reversed(layers.below[node]))
    place = {node: i for i, node in enumerate(seen)}
    for row in layers.rows:
        row.sort(key=place.__getitem__)


def reduce_crossings(layers: Layers) -> None:
    """Reorder rows by the median of their neighbours, then by swaps; keep the best order seen."""
    best, fewest = [list(row) for row in layers.rows], crossings(layers)
    for sweep in range(SWEEPS if len(layers.labels) < BIG else 4):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        indices = range(1, len(layers.rows)) if down else range(len(layers.rows) - 2, -1, -1)
        for i in indices:
            _sort_by_median(layers, i, i - 1 if down else i + 1, layers.above if down else layers.below)
        if len(layers.labels) < BIG:
            _swap_neighbours(layers)
        found = crossings(layers)
        if found < fewest:
            best, fewest = [list(row) for row in layers.rows], found
    layers.rows[:] = best


def _sort_by_median(layers: Layers, row: int, fixed: int, neighbours: Sequence[Sequence[int]]) -> None:
    place = {node: float(i) for i, node in enumerate(layers.rows[fixed])}
    here = {node: float(i) for i, node in enumerate(layers.rows[row])}
    layers.rows[row].sort(key=lambda node: _median([place[n] for n in neighbours[node]], here[node]))


def _median(values: list[float], default: float) -> float:
    if not values:
        return default
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _swap_neighbours(layers: Layers) -> None:
    for i, row in enumerate(layers.rows):
        places = [
            {node: place for place, node in enumerate(layers.rows[j])} if 0 <= j < len(layers.rows) else {}
            for j in (i - 1, i + 1)
        ]
        for k in range(len(row) - 1):
            left, right = row[k], row[k + 1]
            now, swapped = 0, 0
            for place, neighbours in zip(places, (layers.above, layers.below), strict=True):
                lefts = [place[n] for n in neighbours[left]]
                rights = [place[n] for n in neighbours[right]]
                now += sum(a > b for a in lefts for b in rights)
                swapped += sum(a < b for a in lefts for b in rights)
            if swapped < now:
                row[k], row[k + 1] = right, left


def crossings(layers: Layers) -> int:
    """How many pairs of edges cross, if all were straight lines."""
    total = 0
    for upper, lower in zip(layers.rows, layers.rows[1:], strict=False):
        place = {node: i for i, node in enumerate(lower)}
        seen: list[int] = []
        for node in upper:
            ends = sorted(place[n] for n in layers.below[node])
            total += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
