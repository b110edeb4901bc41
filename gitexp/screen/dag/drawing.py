"""A DAG as a picture of characters: boxes in rows, edges downwards, as narrow as it can be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.screen.cells import one_line, width
from gitexp.screen.dag.canvas import ASCII, UNICODE, Canvas, Pen
from gitexp.screen.dag.layers import Layers, build_layers, rank_nodes
from gitexp.screen.dag.places import GAP, place_nodes
from gitexp.screen.dag.routes import Bus, entries_needed, gap_height, route

__all__ = ["ASCII", "UNICODE", "draw"]

BOX_HEIGHT = 3
SHARES = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3)  # of the width, tried in turn when a picture is too wide


def draw(
    nodes: Sequence[str], parents: Mapping[str, Sequence[str]], columns: int = 80, pen: Pen = UNICODE
) -> list[str]:
    """The lines of the picture, in `columns` columns if at all possible.

    Components stand one under another; nodes without any edge come last, side by side.
    """
    parts = components(nodes, parents)
    blocks = [_draw_component(part, parents, columns, pen) for part in parts if len(part) > 1]
    alone = [part[0] for part in parts if len(part) == 1]
    blocks += _draw_alone(alone, columns, pen)
    lines: list[str] = []
    for block in blocks:
        lines += [*([""] if lines else []), *block]
    return lines


def components(nodes: Sequence[str], parents: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The weakly connected parts, in the order of their first nodes."""
    neighbours: dict[str, list[str]] = {node: [] for node in nodes}
    for node in nodes:
        for parent in parents.get(node, ()):
            neighbours[node].append(parent)
            neighbours[parent].append(node)
    seen: set[str] = set()
    found = []
    for start in nodes:
        if start in seen:
            continue
        part, stack = set(), [start]
        while stack:
            node = stack.pop()
            if node not in part:
                part.add(node)
                stack.extend(neighbours[node])
        seen |= part
        found.append([node for node in nodes if node in part])
    return found


def _draw_component(
    nodes: Sequence[str], parents: Mapping[str, Sequence[str]], columns: int, pen: Pen
) -> list[str]:
    best = _draw_in_rows(nodes, parents, None, pen)
    for share in SHARES:
        if _widest(best) <= columns:
            break
        other = _draw_in_rows(nodes, parents, int(columns * share), pen)
        if _widest(other) < _widest(best):
            best = other
    return best


def _widest(lines: Sequence[str]) -> int:
    return max((width(line) for line in lines), default=0)


def _draw_in_rows(
    nodes: Sequence[str], parents: Mapping[str, Sequence[str]], room: int | None, pen: Pen
) -> list[str]:
    needed = {node: width(one_line(node)) + 4 + GAP for node in nodes}
    layers = build_layers(nodes, parents, rank_nodes(nodes, parents, needed, room))
    entries = entries_needed(layers)
    sizes = [
        1 if label is None else max(width(one_line(label)) + 4, 2 * entries[i] + 3)
        for i, label in enumerate(layers.labels)
    ]
    places = place_nodes(layers, sizes)
    return _paint(layers, places, sizes, pen)


def _paint(layers: Layers, places: Sequence[int], sizes: Sequence[int], pen: Pen) -> list[str]:
    canvas = Canvas(pen)
    top = 0
    arriving: list[Bus] = []
    for i, row in enumerate(layers.rows):
        entered: dict[int, set[int]] = {}
        for bus in arriving:
            for node, column in zip(bus.targets, bus.entries, strict=True):
                entered.setdefault(node, set()).add(column)
        for node in row:
            label, ins = layers.labels[node], entered.get(node, set())
            if label is None:
                canvas.trunk(top, BOX_HEIGHT, places[node], min(ins))
            else:
                outs = {places[node]} if layers.below[node] else set()
                canvas.box(top, places[node] - sizes[node] // 2, sizes[node], one_line(label), ins, outs)
        top += BOX_HEIGHT
        if i + 1 < len(layers.rows):
            arriving = route(layers, i, places, sizes)
            height = gap_height(arriving)
            for bus in arriving:
                canvas.bus(top, height, bus)
            top += height
    return canvas.lines()


def _draw_alone(nodes: Sequence[str], columns: int, pen: Pen) -> list[list[str]]:
    """Boxes side by side, as many to a row as fit."""
    blocks: list[list[str]] = []
    canvas, left = Canvas(pen), 0
    for node in nodes:
        label = one_line(node)
        size = width(label) + 4
        if left and left + size > columns:
            blocks.append(canvas.lines())
            canvas, left = Canvas(pen), 0
        canvas.box(0, left, size, label, set(), set())
        left += size + GAP
    if left:
        blocks.append(canvas.lines())
    return blocks
