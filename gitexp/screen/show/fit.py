"""Which columns of `exp show` have room on the terminal, and the words for those that have none."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from gitexp.dataclass import dataclass
from gitexp.experiment.table.best import Best, Wishes
from gitexp.experiment.table.columns import Column, Kind
from gitexp.screen.cells import fit, plural, widest, width
from gitexp.screen.show.titles import wrapped
from gitexp.screen.terminal import BLUE, CYAN, DIM, GREEN, paint

HEADINGS = {Kind.METRIC: ("metrics", GREEN), Kind.PARAM: ("params", CYAN), Kind.DEP: ("deps", BLUE)}
LEAST_NAME, LEAST_NOTE = 12, 16  # columns that names and remarks keep, however narrow the terminal
MOST_TRIED = 12  # columns that are tried for the gap that is left: of thousands, not all are measured
LEVELS = (16, 12, 8)  # columns that a title has on each of its lines, as there is room


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
        self._heads: dict[int, tuple[str, ...]] = {}

    @cached_property
    def best(self) -> Best | None:
        return self._judge()

    @cached_property
    def cells(self) -> Sequence[str]:
        return self._write(self.best)

    @cached_property
    def widest_cell(self) -> int:
        return widest(self.cells)

    def heads(self, limit: int | None) -> tuple[str, ...]:
        """The title on one line; with a limit on several, where it is wider than that and than the cells."""
        if limit is None:
            return (self.title,)
        known = self._heads.get(limit)
        if known is None:
            known = self._heads[limit] = wrapped(self.title, max(limit, self.widest_cell))
        return known

    def wide(self, limit: int | None) -> int:
        """Terminal columns of the title and the widest cell."""
        return max(widest(self.heads(limit)), self.widest_cell)


def shown_column(title: str, cells: Sequence[str]) -> Shown:
    return Shown(title, lambda _: cells)


@dataclass(frozen=True, slots=True)
class Hidden:
    same: tuple[Shown, ...] = ()  # what no row differs in
    again: tuple[Shown, ...] = ()  # what another column says too
    unfit: tuple[Shown, ...] = ()  # what there was no room for


@dataclass(frozen=True, slots=True)
class Layout:
    """What is shown; `limit`: columns that a title should have at most, None: it is on one line."""

    shown: list[Shown]
    limit: int | None = None
    hidden: Hidden = Hidden()


def fitting(
    shown: list[Shown], differs: Callable[[Column], bool], again: Callable[[Column], bool], room: int
) -> Layout:
    """Hide, as far as needed: what is the same in all rows or stands in another column, deps, the time, the
    revision. Then titles get several lines. Then the last metrics and params go, in turn."""
    if sum(width(one.title) + 2 for one in shown) - 2 <= room and _fits(shown, room):
        return Layout(shown)
    differing = {id(one) for one in shown if one.column is None or differs(one.column)}
    same = tuple(one for one in shown if id(one) not in differing)
    kept = [one for one in shown if id(one) in differing]
    if same and not any(one.kind for one in kept):
        kept, same = shown, ()
    twice = tuple(one for one in kept if one.column is not None and again(one.column))
    kept = _less(kept, twice)
    easy, hard = _easily_spared(kept), _spared_in_turn(kept)
    limit: int | None = None
    count = _fewest(kept, easy, room, None)
    if count is None:
        limit = LEVELS[-1]
        count = _fewest(kept, [*easy, *hard], room, limit)
    unfit = [*easy, *hard][: len(easy) + len(hard) if count is None else count]
    unfit = _not_even_small_ones(kept, unfit, room, limit)
    left = _less(kept, unfit)
    if limit is not None:
        limit = next((level for level in (None, *LEVELS) if _fits(left, room, level)), limit)
    left = _narrow_texts(left, room, limit)
    return Layout(left, limit, Hidden(same, twice, tuple(one for one in unfit if one.kind)))


def _fewest(shown: list[Shown], candidates: Sequence[Shown], room: int, limit: int | None) -> int | None:
    """How many candidates must go, from the first on, that the rest fits; None: all are too few. They are
    added back from the last on, so that the others are not even looked at."""
    count = len(candidates)
    if count and not _fits(_less(shown, candidates), room, limit):
        return None
    while count and _fits(_less(shown, candidates[: count - 1]), room, limit):
        count -= 1
    return count if count or _fits(shown, room, limit) else None


def _not_even_small_ones(shown: list[Shown], unfit: list[Shown], room: int, limit: int | None) -> list[Shown]:
    """What stays away when the next ones that fit into the gap at the edge are let in."""
    away = list(unfit)
    for one in unfit[: -MOST_TRIED - 1 : -1]:
        rest = [other for other in away if other is not one]
        if _total(_less(shown, rest), limit) <= room:
            away = rest
    return away


def _less(shown: Sequence[Shown], without: Sequence[Shown]) -> list[Shown]:
    gone = set(map(id, without))
    return [one for one in shown if id(one) not in gone]


def _easily_spared(shown: Sequence[Shown]) -> list[Shown]:
    def of(test: Callable[[Shown], bool]) -> list[Shown]:
        return [one for one in reversed(shown) if test(one)]

    return [
        *of(lambda one: one.kind is Kind.DEP),
        *of(lambda one: one.title in ("Rev", "Created") and one.kind is None),
    ]


def _spared_in_turn(shown: Sequence[Shown]) -> list[Shown]:
    """Metrics and params from the last on, so that about as many of either stay; never the very first."""
    metrics = [one for one in shown if one.kind is Kind.METRIC]
    params = [one for one in shown if one.kind is Kind.PARAM]
    places = [*((i, 0, one) for i, one in enumerate(metrics)), *((i, 1, one) for i, one in enumerate(params))]
    return [one for _, _, one in sorted(places, key=lambda place: place[:2], reverse=True)][:-1]


def _narrow_texts(shown: list[Shown], room: int, limit: int | None) -> list[Shown]:
    """Remarks are cut first, then names."""
    for title, least in (("Note", LEAST_NOTE), ("Experiment", LEAST_NAME)):
        over = _total(shown, limit) - room
        if over > 0:
            shown = [
                _cut(one, max(least, one.wide(limit) - over)) if _is(one, title) else one for one in shown
            ]
    return shown


def _is(one: Shown, title: str) -> bool:
    return one.kind is None and one.title == title


def _cut(one: Shown, limit: int) -> Shown:
    return shown_column(one.title, [fit(text, limit) for text in one.cells])


def _fits(shown: Sequence[Shown], room: int, limit: int | None = None) -> bool:
    """Thousands don't, whatever is in them: their cells are not even written."""
    return 3 * len(shown) - 2 <= room and _total(shown, limit) <= room


def _total(shown: Sequence[Shown], limit: int | None = None) -> int:
    rules = len({one.kind for one in shown if one.kind})
    return sum(widths_of(shown, limit)) + 2 * (len(shown) - 1) + rules


def widths_of(shown: Sequence[Shown], limit: int | None) -> list[int]:
    """Each column as wide as its content; the last of a group gives way to the group's heading."""
    widths = [one.wide(limit) for one in shown]
    for kind in HEADINGS:
        places = [i for i, one in enumerate(shown) if one.kind is kind]
        if places:
            missing = len(HEADINGS[kind][0]) - sum(widths[i] for i in places) - 2 * (len(places) - 1)
            widths[places[-1]] += max(0, missing)
    return widths


def left_out(hidden: Hidden, look: Look) -> Iterator[str]:
    if hidden.same or hidden.again or hidden.unfit:
        yield ""
    if hidden.same:
        yield paint(_note("the same in all rows", hidden.same, look), DIM, look.colour)
    if hidden.again:
        yield paint(_note("equal to others", hidden.again, look), DIM, look.colour)
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
    rest = f" and {len(hidden) - 1} more" if len(hidden) > 1 else ""
    left = (look.room or 0) - len(start) - len(rest)
    if left >= LEAST_NAME:
        return start + fit(hidden[0].title, left) + rest
    return fit(start.rstrip(": "), look.room or len(start))
