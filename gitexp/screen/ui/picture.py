"""All of the screen of `exp ui` as lines: a title, the table, a line for words, a line of keys."""

from __future__ import annotations

from typing import Final

from gitexp.screen.cells import fit, one_line, plural, width
from gitexp.screen.live_screen import draw
from gitexp.screen.terminal import COLOURS, STYLES, paint, shade
from gitexp.screen.ui.keys import TABLE, footer
from gitexp.screen.ui.paint import Line, Window

_AROUND: Final = 3  # lines that are not the table's


def picture_line(window: Window, title: str, words: tuple[str, str], y: int, size: tuple[int, int]) -> Line:
    """One of the lines, the first of them first: it brings the window to the cursor. `words` are said below
    the table, in a style; `size` is columns and lines."""
    columns, height = size
    if y == 0:
        window.width, window.height = columns, max(1, height - _AROUND)
        window.follow()
        return _title(window, title, columns)
    if y == height - 2:
        return [(fit(one_line(words[0]), columns), words[1])]
    if y == height - 1:
        return footer(TABLE, columns, window.unicode)
    return window.line(y - 1)


def _title(window: Window, title: str, columns: int) -> Line:
    sheet = window.sheet
    many = plural(sheet.total, "experiment")
    parts = [one_line(title), many if sheet.shown == sheet.total else f"{sheet.shown} of {many}"]
    if sheet.marks:
        parts.append(f"{len(sheet.marks)} marked")
    if sheet.choice.where:
        parts.append(f"where {one_line(sheet.choice.where)}")
    text = fit(f" {'  '.join(parts)}", columns)
    return [(text + " " * (columns - width(text)), "bold reverse")]


def draw_first(window: Window, title: str, size: tuple[int, int], colour: bool) -> None:
    """The picture without Textual, while that is on its way: it takes longer than all the rest."""
    lines = [picture_line(window, title, ("", ""), y, size) for y in range(size[1])]
    draw(["".join(paint(text, _code(words, colour), True) for text, words in line) for line in lines])


def _code(words: str, colour: bool) -> str:
    return ";".join(shade(STYLES[word]) for word in words.split() if colour or word not in COLOURS)
