"""A table that fits the terminal: what has no room beside stands below, in a panel of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gitexp.dataclass import dataclass
from gitexp.screen.terminal import BOLD, columns, has_colour, is_terminal
from gitexp.screen.text_table import GAP, Spot, align, column_widths


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
    for shown in _panels(column_widths(rows), keep, sheet.room):
        lines += [""] if lines else []
        lines += align(rows, right, styles, sheet.colour, shown)
    return lines


def fits(rows: Sequence[Sequence[str]], sheet: Sheet) -> bool:
    """Whether one panel has room for all columns."""
    widths = column_widths(rows)
    return sheet.room is None or sum(widths) + len(GAP) * (len(widths) - 1) <= sheet.room


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
