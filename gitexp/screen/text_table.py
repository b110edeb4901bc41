"""Rows of text cells as an aligned plain table, as Markdown, or as CSV. No rich: these are instant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from gitexp.screen.cells import one_line, width
from gitexp.screen.terminal import paint

GAP = "  "
Spot = tuple[int, int]  # row and column of a cell


def align(
    rows: Sequence[Sequence[str]],
    right: Iterable[int] = (),
    styles: Mapping[Spot, str] | None = None,
    colour: bool = False,
    shown: Sequence[int] | None = None,
) -> list[str]:
    """The rows as lines, every column as wide as its widest cell; `right` names right-aligned columns.

    With `colour`, `styles` paints single cells. Of the columns only those that are `shown`.
    """
    if not rows:
        return []
    widths = column_widths(rows)
    shown, to_right, styles = range(len(widths)) if shown is None else shown, set(right), styles or {}
    lines = []
    for number, row in enumerate(rows):
        texts = []
        for i in shown:
            blank = " " * (widths[i] - width(row[i]))
            painted = paint(row[i], styles.get((number, i), ""), colour and bool(row[i]))
            texts.append(blank + painted if i in to_right else painted + blank)
        lines.append(GAP.join(texts).rstrip())
    return lines


def column_widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is: as its widest cell."""
    return [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as a GitHub table, padded so that it also reads well as plain text."""
    escaped = [[_harmless(text) for text in row] for row in (header, *rows)]
    # DVC pads headers by two more columns than cells; the same look keeps diffs of reports small.
    widths = [max(width(escaped[0][i]) + 2, *(width(row[i]) for row in escaped)) for i in range(len(header))]
    padded = [[text + " " * (widths[i] - width(text)) for i, text in enumerate(row)] for row in escaped]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    rule = "|" + "|".join("-" * (columns + 2) for columns in widths) + "|"
    return [lines[0], rule, *lines[1:]]


def _harmless(text: str) -> str:
    """Text that neither ends its cell nor begins an HTML element, and that no terminal obeys."""
    return one_line(text).replace("|", "\\|").replace("<", "&lt;")


def write_csv(out: TextIO, rows: Iterable[Sequence[str]]) -> None:
    """Header and rows as RFC 4180 CSV, lines ending in CRLF, written as they come.

    Text that a spreadsheet would run as a formula gets an apostrophe in front; on a terminal, control
    characters are written out.
    """
    shown = one_line if out.isatty() else str
    csv.writer(out).writerows([shown(_inert(text)) for text in row] for row in rows)


def _inert(text: str) -> str:
    """`=cmd|…` as text. A number with a sign is a number."""
    runs = text.startswith(("=", "@")) or (
        text.startswith(("+", "-")) and any(sign in text for sign in "(|!")
    )
    return f"'{text}" if runs else text
