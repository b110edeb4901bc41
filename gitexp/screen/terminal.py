"""What stdout can take: its width, colour, and whether it knows more than ASCII."""

from __future__ import annotations

import os
import shutil
import sys

BOLD, DIM, RED, GREEN, YELLOW, BLUE, CYAN = "1", "2", "31", "32", "33", "34", "36"


def columns() -> int:
    """The width to fill: COLUMNS, else the terminal's, else 80."""
    return shutil.get_terminal_size((80, 24)).columns


def rows() -> int:
    return shutil.get_terminal_size((80, 24)).lines


def has_colour() -> bool:
    """A terminal that did not ask to be left alone (NO_COLOR, TERM=dumb)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def has_unicode() -> bool:
    """Whether line-drawing characters can be written at all."""
    return (sys.stdout.encoding or "ascii").lower().replace("-", "").startswith("utf")


def paint(text: str, style: str, colour: bool) -> str:
    """`text` in a style, where `colour` allows it; nothing else in this program writes escape codes."""
    return f"\x1b[{style}m{text}\x1b[0m" if colour and style else text
