"""A drawing of dots in a terminal: eight dots a cell in braille, one a cell in ASCII."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.screen.terminal import paint

Dot = tuple[int, int]

_BRAILLE = 0x2800
# The bit of each dot in a braille cell, by row then column.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_ASCII = "*+ox#@%&"


class DotCanvas:
    """`wide` by `high` cells; dots are counted from the lower left. Later curves lie over earlier ones."""

    def __init__(self, wide: int, high: int, braille: bool) -> None:
        self.wide, self.high = wide, high
        self._braille = braille
        self.dots_wide = wide * 2 if braille else wide
        self.dots_high = high * 4 if braille else high
        self._cells: dict[Dot, tuple[int, int]] = {}  # cell -> bits, curve
        self._letters: dict[Dot, tuple[str, int]] = {}

    def dot(self, x: int, y: int, curve: int) -> None:
        """A dot of the curve with that number; outside of the canvas, nothing."""
        if not (0 <= x < self.dots_wide and 0 <= y < self.dots_high):
            return
        down = self.dots_high - 1 - y
        cell = (x // 2, down // 4) if self._braille else (x, down)
        bit = _BITS[down % 4][x % 2] if self._braille else 1
        self._cells[cell] = (self._cells.get(cell, (0, 0))[0] | bit, curve)

    def line(self, start: Dot, end: Dot, curve: int) -> None:
        """Dots from `start` to `end` without a gap."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for i in range(steps + 1):
            self.dot(x + round((to_x - x) * i / steps), y + round((to_y - y) * i / steps), curve)

    def letter(self, x: int, y: int, text: str, curve: int) -> None:
        """One character over the dots of its cell: tells curves apart where there is no colour."""
        down = self.dots_high - 1 - y
        cell = (x // 2, down // 4) if self._braille else (x, down)
        # Where curves end together their letters stand one above the other.
        while cell in self._letters and cell[1] > 0:
            cell = (cell[0], cell[1] - 1)
        self._letters[cell] = (text, curve)

    def lines(self, styles: Sequence[str], colour: bool) -> list[str]:
        """The rows as text, each curve in its style."""
        return [
            "".join(self._cell((x, y), styles, colour) for x in range(self.wide)) for y in range(self.high)
        ]

    def _cell(self, cell: Dot, styles: Sequence[str], colour: bool) -> str:
        if cell in self._letters:
            text, curve = self._letters[cell]
        elif cell in self._cells:
            bits, curve = self._cells[cell]
            text = chr(_BRAILLE + bits) if self._braille else _ASCII[curve % len(_ASCII)]
        else:
            return " "
        return paint(text, styles[curve % len(styles)], colour)
