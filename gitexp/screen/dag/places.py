"""The drawing of a DAG, second half: the column of every node, so that lines are as straight as they can be.

Each row in turn takes the places its neighbours would like, as near as order and box widths allow: that is
a least-squares fit under "each one right of the last", which pooling neighbours solves exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.screen.dag.layers import Layers

GAP = 2  # blank columns between two boxes
PASSES = 12
TRUNK_WEIGHT = 100.0  # a trunk must not drift when boxes crowd beside it, row after row


def place_nodes(layers: Layers, sizes: Sequence[int]) -> list[int]:
    """The middle column of each node; the leftmost box begins at column 0. `sizes` are box widths."""
    columns = [0.0] * len(sizes)
    for row in layers.rows:
        offset = 0.0
        for previous, node in zip([None, *row], row, strict=False):
            offset += 0 if previous is None else _distance(sizes, previous, node)
            columns[node] = offset
    for step in range(PASSES):
        for row in layers.rows if step % 2 == 0 else reversed(layers.rows):
            wanted = [_wish(layers, columns, node, step) for node in row]
            _settle(layers, row, wanted, sizes, columns)
    whole = [int(column + 0.5) if column >= 0 else -int(-column + 0.5) for column in columns]
    _repair(layers, whole, sizes)
    for _ in range(3):
        _straighten(layers, whole, sizes)
    left = min((whole[node] - sizes[node] // 2 for row in layers.rows for node in row), default=0)
    return [column - left for column in whole]


def _distance(sizes: Sequence[int], left: int, right: int) -> int:
    """The least distance of two middles side by side."""
    return (sizes[left] - 1 - sizes[left] // 2) + 1 + GAP + sizes[right] // 2


def _wish(layers: Layers, columns: Sequence[float], node: int, step: int) -> float:
    """Where a node's neighbours want it: those of the row just placed, at last those of both sides."""
    above, below = _kin(layers, node, layers.above), _kin(layers, node, layers.below)
    if step < PASSES - 4:
        neighbours = (above or below) if step % 2 == 0 else (below or above)
    else:
        neighbours = [*above, *below]
    if not neighbours:
        return columns[node]
    places = sorted(columns[n] for n in neighbours)
    return (places[(len(places) - 1) // 2] + places[len(places) // 2]) / 2


def _kin(layers: Layers, node: int, side: Sequence[list[int]]) -> list[int]:
    """The neighbours that pull at a node: a trunk that goes on cares for its continuation only."""
    if layers.labels[node] is not None:
        return side[node]
    return [n for n in side[node] if layers.labels[n] is None] or side[node]


def _settle(
    layers: Layers, row: Sequence[int], wanted: Sequence[float], sizes: Sequence[int], columns: list[float]
) -> None:
    """Set the columns of one row as near to `wanted` as the order allows (pool adjacent violators)."""
    offsets = [0.0]
    for left, right in zip(row, row[1:], strict=False):
        offsets.append(offsets[-1] + _distance(sizes, left, right))
    blocks: list[tuple[float, float, int]] = []  # mean of wish - offset, weight, how many nodes
    for node, wish, offset in zip(row, wanted, offsets, strict=True):
        weight = TRUNK_WEIGHT if layers.labels[node] is None else 1.0
        block = (wish - offset, weight, 1)
        while blocks and blocks[-1][0] > block[0]:
            mean, heavy, count = blocks.pop()
            total = heavy + block[1]
            block = ((mean * heavy + block[0] * block[1]) / total, total, count + block[2])
        blocks.append(block)
    means = [mean for mean, _, count in blocks for _ in range(count)]
    for node, mean, offset in zip(row, means, offsets, strict=True):
        columns[node] = mean + offset


def _repair(layers: Layers, columns: list[int], sizes: Sequence[int]) -> None:
    """Rounding may bring two boxes one column too near."""
    for row in layers.rows:
        for left, right in zip(row, row[1:], strict=False):
            columns[right] = max(columns[right], columns[left] + _distance(sizes, left, right))


def _straighten(layers: Layers, columns: list[int], sizes: Sequence[int]) -> None:
    """Move nodes by a few columns where that makes a bent line straight and there is room."""
    for row in layers.rows:
        for i, node in enumerate(row):
            low = columns[row[i - 1]] + _distance(sizes, row[i - 1], node) if i else None
            high = columns[row[i + 1]] - _distance(sizes, node, row[i + 1]) if i + 1 < len(row) else None
            neighbours = [columns[n] for n in (*layers.above[node], *layers.below[node])]
            fits = [
                c
                for c in neighbours
                if abs(c - columns[node]) <= 3 and (low is None or c >= low) and (high is None or c <= high)
            ]
            choices = [columns[node], *fits]
            columns[node] = max(choices, key=lambda c: (neighbours.count(c), c == columns[node]))
