"""Which columns of `exp show` have room on the terminal, and the words for those that have none."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from gitexp.dataclass import dataclass
from gitexp.experiment.table.best import Best, Wishes
from gitexp.experiment.table.columns import Column, Kind
from gitexp.screen.cells import fit, plural, widest, width
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


class Shown:
    """One column of text: `kind` None is a fixed column. Its cells are written when somebody looks at them:
    of thousands of columns, only those for which there may be room."""

    def __init__(
        self,
        title: str,
        write: Callable[[Best | None], Sequence[str]],
        kind: Kind | None = None,
        column: Column | None = None,
        judge: Callable[[], Best | None] = lambda: None,
    ) -> None:
        self.title = title
        self.kind = kind
        self.column = column
        self._write = write
        self._judge = judge

    @cached_property
    def best(self) -> Best | None:
        return self._judge()

    @cached_property
    def cells(self) -> Sequence[str]:
        return self._write(self.best)

    @cached_property
    def wide(self) -> int:
        """Terminal columns of the title and the widest cell."""
        return max(width(self.title), widest(self.cells))


def shown_column(title: str, cells: Sequence[str]) -> Shown:
    return Shown(title, lambda _: cells)


@dataclass(frozen=True, slots=True)
class Hidden:
    same: tuple[Shown, ...] = ()  # what no row differs in
    unfit: tuple[Shown, ...] = ()  # what there was no room for


def fitting(shown: list[Shown], differs: Callable[[Column], bool], room: int) -> tuple[list[Shown], Hidden]:
    """Hide, as far as needed: what is the same in all rows, deps, the revision, the time, the last params."""
    if sum(width(one.title) + 2 for one in shown) - 2 <= room and _total(shown) <= room:
        return shown, Hidden()
    differing = {id(one) for one in shown if one.column is None or differs(one.column)}
    same = tuple(one for one in shown if id(one) not in differing)
    kept = [one for one in shown if id(one) in differing]
    if same and not any(one.kind for one in kept):
        kept, same = shown, ()
    candidates = _expendable(kept)
    # The fewest that make the rest fit, from the last to go on: the others are not even looked at.
    count = len(candidates)
    while count and _total(_less(kept, candidates[: count - 1])) <= room:
        count -= 1
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
    most = len(hidden) if look.room is None else min(len(hidden), look.room)
    for count in range(most, 0, -1):
        rest = f" and {len(hidden) - count} more" if count < len(hidden) else ""
        line = start + ", ".join(one.title for one in hidden[:count]) + rest
        if look.room is None or width(line) <= look.room:
            return line
    return fit(start.rstrip(": "), look.room or len(start))
