"""The lines between two rows of a DAG drawing: which share a line, at which height, entering boxes where.

Sources with the same targets share one line ("bus"): every way down along it is an edge, so nothing that
is drawn joined is ever unrelated. Lines that are no relatives get heights and box entries of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from gitexp.dataclass import dataclass
from gitexp.screen.dag.layers import Layers


@dataclass(slots=True)
class Bus:
    """One shared line: down from `sources`, along `track` (None: straight down), down to `entries`."""

    sources: list[int]  # nodes
    targets: list[int]
    starts: list[int] = field(default_factory=list)  # columns
    entries: list[int] = field(default_factory=list)
    track: int | None = None

    @property
    def low(self) -> int:
        return min(*self.starts, *self.entries)

    @property
    def high(self) -> int:
        return max(*self.starts, *self.entries)


def find_buses(layers: Layers, row: int) -> list[Bus]:
    """The buses between row `row` and the one below."""
    buses: dict[tuple[int, ...], Bus] = {}
    for node in layers.rows[row]:
        targets = tuple(sorted(layers.below[node]))
        if targets:
            buses.setdefault(targets, Bus([], list(targets))).sources.append(node)
    return list(buses.values())


def entries_needed(layers: Layers) -> list[int]:
    """How many separate lines enter each node from above."""
    counts = [0] * len(layers.labels)
    for row in range(len(layers.rows)):
        for bus in find_buses(layers, row):
            for target in bus.targets:
                counts[target] += 1
    return counts


def route(layers: Layers, row: int, columns: Sequence[int], sizes: Sequence[int]) -> list[Bus]:
    """The buses below row `row`, with all columns and tracks set. Track 0 is the topmost."""
    buses = find_buses(layers, row)
    for bus in buses:
        bus.starts = [columns[node] for node in bus.sources]
    for slack in (0, 1):
        _set_entries(layers, buses, columns, sizes, slack)
        if _set_tracks(buses):
            break
    return buses


def _set_entries(
    layers: Layers, buses: list[Bus], columns: Sequence[int], sizes: Sequence[int], slack: int
) -> None:
    """Where each bus enters its targets. With `slack`, trunks may begin beside their own column."""
    entering: dict[int, list[Bus]] = {}
    for bus in buses:
        for target in bus.targets:
            entering.setdefault(target, []).append(bus)
    ports: dict[tuple[int, int], int] = {}
    for target, lines in entering.items():
        is_trunk = layers.labels[target] is None
        inside = _inside(columns[target], sizes[target], slack if is_trunk else None)
        ports.update({(id(bus), target): port for bus, port in _ports(lines, buses, columns[target], inside)})
    for bus in buses:
        bus.entries = [ports[id(bus), target] for target in bus.targets]


def _inside(middle: int, size: int, slack: int | None) -> range:
    """The columns of a node's top where a line may enter; `slack` is given for trunks."""
    if slack is not None:
        return range(middle - slack, middle + slack + 1)
    left = middle - size // 2
    return range(left + 1, left + size - 1)


def _ports(lines: list[Bus], buses: list[Bus], middle: int, inside: range) -> list[tuple[Bus, int]]:
    """An entry for each line, from left to right as the lines come.

    Lines come straight down where possible, and never right under the start of another line.
    """
    lines = sorted(lines, key=lambda bus: sum(bus.starts) / len(bus.starts))
    costs = []
    for i, bus in enumerate(lines):
        wish = _wished(bus, middle, i, len(lines), inside)
        others = {start for other in buses if other is not bus for start in other.starts}
        costs.append({column: abs(column - wish) + 100 * (column in others) for column in inside})
    return list(zip(lines, _cheapest(costs, inside), strict=True))


def _cheapest(costs: list[dict[int, int]], inside: range) -> list[int]:
    """One column per line, two apart and in order, with the least total cost."""
    best: dict[int, tuple[int, list[int]]] = {inside.start - 2: (0, [])}  # last column -> cost, columns
    for cost in costs:
        step: dict[int, tuple[int, list[int]]] = {}
        for column in inside:
            options = [
                (total + cost[column], [*chosen, column])
                for last, (total, chosen) in best.items()
                if last + 2 <= column
            ]
            if options:
                step[column] = min(options)
        best = step
    return min(best.values())[1]


def _wished(bus: Bus, middle: int, i: int, count: int, inside: range) -> int:
    if len(bus.starts) == 1 and bus.starts[0] in inside:
        return bus.starts[0]
    if count == 1:
        return middle
    return middle + 2 * i - (count - 1)


def _set_tracks(buses: list[Bus]) -> bool:
    """Give every bent bus a track, from the top. False: two lines would have to lie on each other."""
    left = sorted(
        (bus for bus in buses if bus.low != bus.high), key=lambda bus: (bus.high - bus.low, bus.low)
    )
    placed: list[Bus] = []
    clean = True
    while left:
        free = [bus for bus in left if not any(_must_be_above(other, bus) for other in left)]
        clean = clean and bool(free)
        bus = min(free or left, key=lambda one: sum(_cost(one, other) - _cost(other, one) for other in left))
        over = [other.track for other in placed if other.track is not None and _meet(other, bus)]
        bus.track = max(over, default=-1) + 1
        placed.append(bus)
        left.remove(bus)
    return clean


def _must_be_above(one: Bus, other: Bus) -> bool:
    """Whether a line of `one` comes down where a line of `other` goes on: `one` has to turn off first."""
    return one is not other and bool(set(one.starts) & set(other.entries))


def _meet(one: Bus, other: Bus) -> bool:
    return one.low <= other.high + 1 and other.low <= one.high + 1


def _cost(upper: Bus, lower: Bus) -> int:
    """How many crossings it makes to draw `upper` above `lower`."""
    crossed = sum(lower.low <= column <= lower.high for column in upper.entries)
    return crossed + sum(upper.low <= column <= upper.high for column in lower.starts)


def gap_height(buses: Sequence[Bus]) -> int:
    """How many rows of characters the lines need; one at least."""
    return max((bus.track + 1 for bus in buses if bus.track is not None), default=1)
