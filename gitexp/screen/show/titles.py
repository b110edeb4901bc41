"""Titles of columns on several lines: a long name must not cost more room than the numbers under it."""

from __future__ import annotations

import re

from gitexp.screen.cells import width

MOST_LINES = 5
_PIECE = re.compile(r"[^./:_-]*[./:_-]+|[^./:_-]+")  # a word of a name with the sign that ends it


def wrapped(title: str, limit: int) -> tuple[str, ...]:
    """`title` on at most MOST_LINES lines of `limit` columns, broken behind . / : _ and -; wider than that
    where a single word is, or where more lines would be needed."""
    if width(title) <= limit:
        return (title,)
    pieces = _PIECE.findall(title) or [title]
    limit = max(limit, *(width(piece) for piece in pieces))
    while len(lines := _filled(pieces, limit)) > MOST_LINES:
        limit += 1
    return tuple(lines)


def _filled(pieces: list[str], limit: int) -> list[str]:
    lines = [""]
    for piece in pieces:
        if lines[-1] and width(lines[-1]) + width(piece) > limit:
            lines.append("")
        lines[-1] += piece
    return lines
