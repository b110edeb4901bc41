"""A table that fits the terminal: what has no room beside stands below, in a panel of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.screen.cells import width
from gitexp.screen.terminal import BOLD, columns, has_colour, is_terminal, paint

GAP = "  "
Spot = tuple[int, int]  # row and column of a cell; row 0 is the heading


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a table may take: room in columns (None: as wide as it gets), and colour."""

    room: int | None = None
    colour: bool = False


PLAIN = Sheet()


def stdout_sheet() -> Sheet:
    """What stdout takes: a pipe gets lines as wide as they are."""
    return Sheet(columns() if is_terminal() else None, has_colour())


def panels(
    rows: Sequence[Sequence[str]],
    keep: int,
    sheet: Sheet = PLAIN,
    styles: Mapping[Spot, str] | None = None,
    right: Sequence[int] = (),
) -> list[str]:
    """Heading and rows, aligned. Each panel begins with the first `keep` columns, which say what a row is;
    `styles` paints single cells; `right`: columns whose texts end under each other."""
    if not rows:
        return []
    styles = {**(styles or {}), **{(0, i): BOLD for i in range(len(rows[0]))}}
    lines: list[str] = []
    for shown in _panels(_widths(rows), keep, sheet.room):
        lines += [""] if lines else []
        lines += lines_of(rows, sheet, styles, right, shown)
    return lines


def fits(rows: Sequence[Sequence[str]], sheet: Sheet) -> bool:
    """Whether one panel has room for all columns."""
    widths = _widths(rows)
    return sheet.room is None or sum(widths) + len(GAP) * (len(widths) - 1) <= sheet.room


def lines_of(
    rows: Sequence[Sequence[str]],
    sheet: Sheet,
    styles: Mapping[Spot, str],
    right: Sequence[int] = (),
    shown: Sequence[int] | None = None,
) -> list[str]:
    """The rows aligned, however wide; of the columns only those that are `shown`."""
    if not rows:
        return []
    widths = _widths(rows)
    shown = range(len(widths)) if shown is None else shown
    lines = []
    for number, row in enumerate(rows):
        texts = []
        for i in shown:
            blank = " " * (widths[i] - width(row[i]))
            painted = paint(row[i], styles.get((number, i), ""), sheet.colour and bool(row[i]))
            texts.append(blank + painted if i in right else painted + blank)
        lines.append(GAP.join(texts).rstrip())
    return lines


def _widths(rows: Sequence[Sequence[str]]) -> list[int]:
    return [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]


def _panels(widths: Sequence[int], keep: int, room: int | None) -> list[list[int]]:
    """The columns of each panel."""
    first = list(range(min(keep, len(widths))))
    found = [list(first)]
    for i in range(len(first), len(widths)):
        taken = sum(widths[j] + len(GAP) for j in found[-1])
        if room is not None and taken + widths[i] > room and len(found[-1]) > len(first):
            found.append(list(first))
        found[-1].append(i)
    return found
