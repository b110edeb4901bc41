"""`exp show` for people: a table that fits the terminal and says what it leaves out.

No rich: its tables cost a second for a thousand rows, and they are not needed for lines that we lay out
ourselves. Metrics, params and deps stand in groups with a heading and a rule between them, so that they are
told apart without colour.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gitexp.experiment.columns import Cell, Column, Kind, cells_of, differing
from gitexp.experiment.record import Group
from gitexp.screen.cells import fit, one_line, plural, width
from gitexp.screen.reasons import SHORT_HASH
from gitexp.screen.show_data import TREE, shown_cell
from gitexp.screen.show_rows import ShownRow, created, shown_rows
from gitexp.screen.terminal import BLUE, BOLD, CYAN, GREEN, YELLOW, paint

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


@dataclass(frozen=True, slots=True)
class _Shown:
    """One column of text: `kind` None is a fixed column."""

    title: str
    cells: tuple[str, ...]
    wide: int  # of the title and the widest cell
    kind: Kind | None = None
    column: Column | None = None


def _column(
    title: str, cells: Sequence[str], kind: Kind | None = None, column: Column | None = None
) -> _Shown:
    return _Shown(title, tuple(cells), max(width(title), *map(width, cells)), kind, column)


@dataclass(frozen=True, slots=True)
class _Hidden:
    same: tuple[_Shown, ...] = ()  # what no row differs in
    unfit: tuple[_Shown, ...] = ()  # what there was no room for


def show_table(groups: Sequence[Group], columns: Sequence[Column], look: Look) -> Iterator[str]:
    """The lines of the table, then what is not in it."""
    rows = list(shown_rows(groups))
    cells = [cells_of(row.row, columns) for row in rows]
    shown = [*_fixed(rows, look), *_measured(columns, cells, look)]
    hidden = _Hidden()
    if look.room is not None:
        shown, hidden = _fitting(
            shown, differing(columns, cells) if len(rows) > 1 else set(columns), look.room
        )
    yield from _lines(rows, shown, look)
    yield from _left_out(hidden, look)


def _fixed(rows: Sequence[ShownRow], look: Look) -> list[_Shown]:
    names = tuple(_name(row, look.unicode) for row in rows)
    found = [
        _column("Experiment", names),
        _column("Rev", ["" if row.row.rev == "workspace" else row.short_rev for row in rows]),
        _column("Created", [created(row.row, look.today) for row in rows]),
    ]
    if any(row.state for row in rows):
        found.insert(1, _column("State", [row.state for row in rows]))
    return found


def _name(row: ShownRow, unicode: bool) -> str:
    name = one_line(row.row.name or row.short_rev) + (f" ({one_line(row.row.fate)})" if row.row.fate else "")
    if not row.is_experiment:
        return name
    branch = TREE[row.place]
    return (branch if unicode else branch.replace("├──", "|--").replace("└──", "`--")) + name


def _measured(columns: Sequence[Column], cells: Sequence[Sequence[Cell]], look: Look) -> list[_Shown]:
    found = []
    for i, column in enumerate(columns):
        texts = tuple(shown_cell(row[i], look.precision) for row in cells)
        if column.kind is Kind.DEP:
            texts = tuple(text[:SHORT_HASH] for text in texts)
        found.append(_column(one_line(column.title), texts, column.kind, column))
    return found


def _fitting(shown: list[_Shown], differ: set[Column], room: int) -> tuple[list[_Shown], _Hidden]:
    """Hide, as far as needed: what is the same in all rows, deps, the revision, the time, the last params."""
    if _total(shown) <= room:
        return shown, _Hidden()
    same = tuple(one for one in shown if one.column is not None and one.column not in differ)
    kept = [one for one in shown if one not in same]
    if same and not any(one.kind for one in kept):
        kept, same = shown, ()
    unfit: list[_Shown] = []
    for candidate in _expendable(kept):
        if _total(kept) <= room:
            break
        kept.remove(candidate)
        unfit.append(candidate)
    return _narrow_names(kept, room), _Hidden(same, tuple(one for one in unfit if one.kind))


def _expendable(shown: Sequence[_Shown]) -> list[_Shown]:
    def of(test: Callable[[_Shown], bool]) -> list[_Shown]:
        return [one for one in reversed(shown) if test(one)]

    metrics = of(lambda one: one.kind is Kind.METRIC)
    return [
        *of(lambda one: one.kind is Kind.DEP),
        *of(lambda one: one.title in ("Rev", "Created") and one.kind is None),
        *of(lambda one: one.kind is Kind.PARAM),
        *metrics[:-1],
    ]


def _narrow_names(shown: list[_Shown], room: int) -> list[_Shown]:
    over = _total(shown) - room
    if over <= 0:
        return shown
    limit = max(LEAST_NAME, shown[0].wide - over)
    return [_column(shown[0].title, [fit(text, limit) for text in shown[0].cells]), *shown[1:]]


def _total(shown: Sequence[_Shown]) -> int:
    rules = len({one.kind for one in shown if one.kind})
    widths = _widths(shown)
    return sum(widths) + 2 * (len(shown) - 1) + rules


def _widths(shown: Sequence[_Shown]) -> list[int]:
    """Each column as wide as its content; the last of a group gives way to the group's heading."""
    widths = [one.wide for one in shown]
    for kind in HEADINGS:
        places = [i for i, one in enumerate(shown) if one.kind is kind]
        if places:
            missing = len(HEADINGS[kind][0]) - sum(widths[i] for i in places) - 2 * (len(places) - 1)
            widths[places[-1]] += max(0, missing)
    return widths


def _lines(rows: Sequence[ShownRow], shown: Sequence[_Shown], look: Look) -> Iterator[str]:
    widths = _widths(shown)
    starts = [i for i, one in enumerate(shown) if i and one.kind is not shown[i - 1].kind]
    rule, flat, cross = ("│", "─", "┼") if look.unicode else ("|", "-", "+")
    headings = [HEADINGS[one.kind][0] if one.kind and i in starts else "" for i, one in enumerate(shown)]
    yield _heading_line(shown, headings, widths, starts, rule, look)
    titles = [
        paint(one.title + " " * (wide - width(one.title)), _style(one), look.colour)
        for one, wide in zip(shown, widths, strict=True)
    ]
    yield _joined(titles, starts, rule)
    bars = [flat * wide for wide in widths]
    yield _joined(bars, starts, cross, flat)
    for r, row in enumerate(rows):
        texts = [
            one.cells[r] + " " * (wide - width(one.cells[r])) for one, wide in zip(shown, widths, strict=True)
        ]
        line = _joined(texts, starts, rule)
        yield line if row.is_experiment else paint(line, BOLD, look.colour)


def _style(one: _Shown) -> str:
    return HEADINGS[one.kind][1] if one.kind else BOLD


def _heading_line(
    shown: Sequence[_Shown],
    headings: Sequence[str],
    widths: Sequence[int],
    starts: Sequence[int],
    rule: str,
    look: Look,
) -> str:
    """'metrics', 'params', 'deps', each over its group; it may reach over several columns."""
    bounds = [0, *starts, len(shown)]
    line = ""
    for first, stop in zip(bounds, bounds[1:], strict=False):
        wide = sum(widths[first:stop]) + 2 * (stop - first - 1)
        text = headings[first] + " " * (wide - len(headings[first]))
        line += (f" {rule} " if first else "") + paint(text, _style(shown[first]), look.colour)
    return line.rstrip()


def _joined(texts: Sequence[str], starts: Sequence[int], rule: str, blank: str = " ") -> str:
    line = texts[0]
    for i, text in enumerate(texts[1:], 1):
        line += (f"{blank}{rule}{blank}" if i in starts else blank * 2) + text
    return line.rstrip()


def _left_out(hidden: _Hidden, look: Look) -> Iterator[str]:
    if hidden.same or hidden.unfit:
        yield ""
    if hidden.same:
        yield _note("the same in all rows", hidden.same, look)
    if hidden.unfit:
        yield _note("no room for", hidden.unfit, look)
        yield paint("`exp show --wide` shows all; --drop and --keep choose columns.", YELLOW, look.colour)


def _note(why: str, hidden: Sequence[_Shown], look: Look) -> str:
    """'3 columns not shown, no room for: a, b and 1 more', on one line."""
    start = f"{plural(len(hidden), 'column')} not shown, {why}: "
    for count in range(len(hidden), 0, -1):
        rest = f" and {len(hidden) - count} more" if count < len(hidden) else ""
        line = start + ", ".join(one.title for one in hidden[:count]) + rest
        if look.room is None or width(line) <= look.room:
            return line
    return fit(start.rstrip(": "), look.room or len(start))
