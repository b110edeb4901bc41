"""The widget that `exp ui` is drawn with: lines, of which those that changed are repainted and no others.

Colours are the terminal's own, by their names, so that they fit a light background as well as a dark one.
Texts reach the terminal as segments, never as markup.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from gitexp.screen.rich_words import rich_words
from gitexp.screen.terminal import COLOURS
from gitexp.screen.ui.paint import Line


class Lines(Widget):
    """So many lines, one under the other, made by `line` for each height."""

    DEFAULT_CSS = "Lines { background: ansi_default; color: ansi_default; }"

    def __init__(self, line: Callable[[int, int], Line], colour: bool, **more: str) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self._line, self._colour = line, colour
        self._painted: list[Line] = []

    def look(self) -> None:
        """Paint what differs from what is on the screen."""
        width, height = self.size
        now = [self._line(y, width) for y in range(height)]
        before, self._painted = self._painted, now
        if len(before) != len(now):
            self.refresh()
            return
        changed = [Region(0, y, width, 1) for y in range(height) if before[y] != now[y]]
        if changed:
            self.refresh(*changed)

    def on_resize(self, event: Resize) -> None:
        self._painted = []
        self.look()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = self._painted[y] if y < len(self._painted) else self._line(y, width)
        segments = [Segment(text, style_of(words, self._colour)) for text, words in line if text]
        return Strip(segments).adjust_cell_length(width, Style.null())


@lru_cache(maxsize=256)
def style_of(words: str, colour: bool) -> Style:
    """The style that words like 'bold green reverse' mean; without `colour` its colours are left out."""
    chosen = [word for word in words.split() if colour or word not in COLOURS]
    return Style.parse(rich_words(" ".join(chosen))) if chosen else Style.null()
