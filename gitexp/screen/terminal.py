"""What stdout can take: its width, colour, and whether it knows more than ASCII."""

from __future__ import annotations

import os
import shutil
import sys
from functools import lru_cache

BOLD, DIM, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN = "1", "2", "31", "32", "33", "34", "35", "36"

COLOURS = {
    "red": RED,
    "green": GREEN,
    "yellow": YELLOW,
    "blue": BLUE,
    "magenta": MAGENTA,
    "cyan": CYAN,
}
STYLES = {**COLOURS, "bold": BOLD, "dim": DIM, "reverse": "7"}

# Of the 256 colours, those that are as far from white as from black (a contrast of 4 to 5): they can be read
# on a light background and on a dark one, which the eight old ones can't.
SHADES = {RED: 160, GREEN: 28, YELLOW: 130, BLUE: 32, MAGENTA: 133, CYAN: 30}


def columns() -> int:
    """The width to fill: COLUMNS, else the terminal's, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def rows() -> int:
    return shutil.get_terminal_size((80, 24)).lines


def is_terminal() -> bool:
    """Whether somebody looks at stdout."""
    return sys.stdout.isatty()


def has_colour() -> bool:
    """A terminal that did not ask to be left alone (NO_COLOR, TERM=dumb)."""
    return is_terminal() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_unicode() -> bool:
    """Whether line-drawing characters can be written at all."""
    return (sys.stdout.encoding or "ascii").lower().replace("-", "").startswith("utf")


def paint(text: str, style: str, colour: bool) -> str:
    """`text` in a style, where `colour` allows it; nothing else in this program writes escape codes."""
    return f"\x1b[{shade(style)}m{text}\x1b[0m" if colour and style else text


def emphasise(line: str, style: str, colour: bool) -> str:
    """A whole line in a style, with what is painted in it already."""
    return paint(line.replace("\x1b[0m", f"\x1b[0;{style}m"), style, colour)


def has_shades() -> bool:
    """Whether the terminal knows 256 colours."""
    return "256" in os.environ.get("TERM", "") or bool(os.environ.get("COLORTERM"))


@lru_cache(maxsize=64)
def shade(style: str) -> str:
    """The code of a style: of a colour one that is read on any background, where the terminal has it."""
    if not has_shades():
        return style
    return ";".join(f"38;5;{SHADES[part]}" if part in SHADES else part for part in style.split(";"))
