"""Which columns of `exp show` have room on the terminal, and the words for those that have none."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gitexp.experiment.best import Best, Wishes
from gitexp.experiment.columns import Column, Kind
from gitexp.screen.cells import fit, plural, width
from gitexp.screen.terminal import BLUE, CYAN, DIM, GREEN, paint

HEADINGS = {Kind.METRIC: ("metrics", GREEN), Kind.PARAM: ("params", CYAN), Kind.DEP: ("deps", BLUE)}
LEAST_NAME = 12  # columns that a name keeps, however narrow the terminal


@dataclass(frozen=True, slots=True)
class Look:
    """How to write: room in columns (None: as wide as it gets), colour, line drawing, digits."""

    room: int | None
    colour: bool
    unicode: bool
    precision: int
    today: datetime.date
    wishes: Wishes = Wishes()  # which metrics are better low, which high
    in_order: bool = False  # keep the order of columns: the user chose it


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of text: `kind` None is a fixed column."""

    title: str
    cells: tuple[str, ...]
    wide: int  # of the title and the widest cell
    kind: Kind | None = None
    column: Column | None = None
    best: Best | None = None


def shown_column(
    title: str,
    cells: Sequence[str],
    kind: Kind | None = None,
    column: Column | None = None,
    best: Best | None = None,
) -> Shown:
    return Shown(title, tuple(cells), max(width(title), *map(width, cells)), kind, column, best)


@dataclass(frozen=True, slots=True)
class Hidden:
    same: tuple[Shown, ...] = ()  # what no row differs in
    unfit: tuple[Shown, ...] = ()  # what there was no room for


def fitting(shown: list[Shown], differ: set[Column], room: int) -> tuple[list[Shown], Hidden]:
    """Hide, as far as needed: what is the same in all rows, deps, the revision, the time, the last params."""
    if _total(shown) <= room:
        return shown, Hidden()
    same = tuple(one for one in shown if one.column is not None and one.column not in differ)
    kept = [one for one in shown if one.column is None or one.column in differ]
    if same and not any(one.kind for one in kept):
        kept, same = shown, ()
    candidates = _expendable(kept)
    # The fewest that make the rest fit; halving, for there may be thousands.
    count = bisect_left(
        range(len(candidates)), True, key=lambda n: _total(_less(kept, candidates[:n])) <= room
    )
    unfit = candidates[:count]
    fitting_now = _narrow_names(_less(kept, unfit), room)
    return fitting_now, Hidden(same, tuple(one for one in unfit if one.kind))


def _less(shown: Sequence[Shown], without: Sequence[Shown]) -> list[Shown]:
    gone = set(map(id, without))
    return [one for one in shown if id(one) not in gone]


def _expendable(shown: Sequence[Shown]) -> list[Shown]:
    def of(test: Callable[[Shown], bool]) -> list[Shown]:
        return [one for one in reversed(shown) if test(one)]

    metrics = of(lambda one: one.kind is Kind.METRIC)
    return [
        *of(lambda one: one.kind is Kind.DEP),
        *of(lambda one: one.title in ("Rev", "Created") and one.kind is None),
        *of(lambda one: one.kind is Kind.PARAM),
        *metrics[:-1],
    ]


def _narrow_names(shown: list[Shown], room: int) -> list[Shown]:
    over = _total(shown) - room
    if over <= 0:
        return shown
    limit = max(LEAST_NAME, shown[0].wide - over)
    return [shown_column(shown[0].title, [fit(text, limit) for text in shown[0].cells]), *shown[1:]]


def _total(shown: Sequence[Shown]) -> int:
    rules = len({one.kind for one in shown if one.kind})
    widths = widths_of(shown)
    return sum(widths) + 2 * (len(shown) - 1) + rules


def widths_of(shown: Sequence[Shown]) -> list[int]:
    """Each column as wide as its content; the last of a group gives way to the group's heading."""
    widths = [one.wide for one in shown]
    for kind in HEADINGS:
        places = [i for i, one in enumerate(shown) if one.kind is kind]
        if places:
            missing = len(HEADINGS[kind][0]) - sum(widths[i] for i in places) - 2 * (len(places) - 1)
            widths[places[-1]] += max(0, missing)
    return widths


def left_out(hidden: Hidden, look: Look) -> Iterator[str]:
    if hidden.same or hidden.unfit:
        yield ""
    if hidden.same:
        yield paint(_note("the same in all rows", hidden.same, look), DIM, look.colour)
    if hidden.unfit:
        yield paint(_note("no room for", hidden.unfit, look), DIM, look.colour)
        yield paint("`exp show --wide` shows all; --columns, --drop and --keep choose.", DIM, look.colour)


def _note(why: str, hidden: Sequence[Shown], look: Look) -> str:
    """'3 columns not shown, no room for: a, b and 1 more', on one line."""
    start = f"{plural(len(hidden), 'column')} not shown, {why}: "
    for count in range(len(hidden), 0, -1):
        rest = f" and {len(hidden) - count} more" if count < len(hidden) else ""
        line = start + ", ".join(one.title for one in hidden[:count]) + rest
        if look.room is None or width(line) <= look.room:
            return line
    return fit(start.rstrip(": "), look.room or len(start))
