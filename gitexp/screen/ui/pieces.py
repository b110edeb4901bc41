"""Painted lines as pieces of text and style, to be scrolled in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitexp.screen.cells import one_line, width
from gitexp.screen.terminal import SHADES, STYLES
from gitexp.screen.ui.paint import Line, Piece

_CODE = re.compile(r"\x1b\[([0-9;]*)m")
_WORDS = {shade: word for word, code in STYLES.items() for shade in (code, f"38;5;{SHADES.get(code, -1)}")}


def lines_of(painted: Iterable[str]) -> list[Line]:
    """Lines with the escape codes of terminal.paint as pieces; everything else in them is text."""
    return [list(_pieces(line)) for line in painted]


def _pieces(line: str) -> Iterable[Piece]:
    parts = _CODE.split(line)
    words = ""
    for i, part in enumerate(parts):
        if i % 2:
            words = _WORDS.get(part, "")
        elif part:
            yield (one_line(part), words)


def cut_line(line: Line, begin: int) -> Line:
    """What is left of a line behind its first `begin` terminal columns."""
    rest: Line = []
    for text, words in line:
        wide = width(text)
        if begin >= wide:
            begin -= wide
            continue
        while begin > 0:
            begin -= width(text[0])
            text = text[1:]
        rest.append((text, words))
    return rest
