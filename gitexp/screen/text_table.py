"""Rows of text cells as an aligned plain table, as Markdown, or as CSV. No rich: these are instant."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import TextIO

from gitexp.screen.cells import one_line, width


def align(rows: Sequence[Sequence[str]], right: Iterable[int] = (), gap: str = "  ") -> list[str]:
    """The rows as lines, every column as wide as its widest cell; `right` names right-aligned columns."""
    if not rows:
        return []
    widths = [max(width(row[i]) for row in rows) for i in range(len(rows[0]))]
    to_right = set(right)
    return [
        gap.join(_pad(text, widths[i], i in to_right) for i, text in enumerate(row)).rstrip() for row in rows
    ]


def _pad(text: str, columns: int, to_right: bool) -> str:
    blank = " " * (columns - width(text))
    return blank + text if to_right else text + blank


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as a GitHub table, padded so that it also reads well as plain text."""
    escaped = [[_harmless(text) for text in row] for row in (header, *rows)]
    # DVC pads headers by two more columns than cells; the same look keeps diffs of reports small.
    widths = [max(width(escaped[0][i]) + 2, *(width(row[i]) for row in escaped)) for i in range(len(header))]
    lines = [
        "| " + " | ".join(_pad(t, widths[i], False) for i, t in enumerate(row)) + " |" for row in escaped
    ]
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
