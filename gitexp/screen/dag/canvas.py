"""Characters on a grid: boxes, trunks and buses of a DAG drawing, in Unicode or plain ASCII."""

from __future__ import annotations

from collections.abc import Mapping

from gitexp.dataclass import dataclass
from gitexp.screen.cells import width
from gitexp.screen.dag.routes import Bus

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class Pen:
    """The characters of a drawing; `joints` by the directions that meet."""

    joints: Mapping[int, str]
    corners: tuple[str, str, str, str]  # of a box: top left, top right, bottom left, bottom right
    flat: str
    upright: str
    enter: str  # where a line ends at the top of a box
    leave: str  # where a line begins at the bottom of a box


UNICODE = Pen(
    {
        UP | DOWN: "│",
        LEFT | RIGHT: "─",
        DOWN | RIGHT: "╭",
        DOWN | LEFT: "╮",
        UP | RIGHT: "╰",
        UP | LEFT: "╯",
        UP | DOWN | RIGHT: "├",
        UP | DOWN | LEFT: "┤",
        DOWN | LEFT | RIGHT: "┬",
        UP | LEFT | RIGHT: "┴",
        UP | DOWN | LEFT | RIGHT: "┼",
    },
    ("┌", "┐", "└", "┘"),
    "─",
    "│",
    "▼",
    "┬",
)
ASCII = Pen({UP | DOWN: "|", LEFT | RIGHT: "-"}, ("+", "+", "+", "+"), "-", "|", "v", "+")


class Canvas:
    """Grows as it is drawn on. Wires remember whose they are: strangers cross, relatives join."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._text: dict[tuple[int, int], str] = {}
        self._wires: dict[tuple[int, int], dict[int, int]] = {}

    def box(self, top: int, left: int, size: int, label: str, ins: set[int], outs: set[int]) -> None:
        """A box of `size` columns; `ins` and `outs` are the columns where lines enter and leave."""
        pen = self._pen
        right = left + size - 1
        for column in range(left + 1, right):
            self._text[top, column] = pen.enter if column in ins else pen.flat
            self._text[top + 2, column] = pen.leave if column in outs else pen.flat
            self._text[top + 1, column] = " "
        for (row, column), corner in zip(
            ((top, left), (top, right), (top + 2, left), (top + 2, right)), pen.corners, strict=True
        ):
            self._text[row, column] = corner
        self._text[top + 1, left] = self._text[top + 1, right] = pen.upright
        self._write(top + 1, left + (size - width(label)) // 2, label)

    def _write(self, row: int, column: int, label: str) -> None:
        for character in label:
            self._text[row, column] = character
            taken = width(character)
            for covered in range(1, taken):
                self._text[row, column + covered] = ""
            column += taken

    def trunk(self, top: int, height: int, column: int, entry: int) -> None:
        """A line down through a row of boxes, begun at column `entry`."""
        owner = -column - 1  # no bus has this name
        self._wire(owner, top, entry, UP)
        self._wire(owner, top, column, DOWN)
        for step in range(min(entry, column), max(entry, column)):
            self._wire(owner, top, step, RIGHT)
            self._wire(owner, top, step + 1, LEFT)
        self._upright(owner, top + 1, top + height, column)

    def bus(self, top: int, height: int, bus: Bus) -> None:
        """The lines of one bus in the `height` rows below `top`."""
        owner = id(bus)
        if bus.track is None:
            self._upright(owner, top, top + height, bus.starts[0])
            return
        row = top + bus.track
        for column in range(bus.low, bus.high + 1):
            sides = (LEFT if column > bus.low else 0) | (RIGHT if column < bus.high else 0)
            self._wire(owner, row, column, sides)
        for start in bus.starts:
            self._upright(owner, top, row, start)
            self._wire(owner, row, start, UP)
        for entry in bus.entries:
            self._wire(owner, row, entry, DOWN)
            self._upright(owner, row + 1, top + height, entry)

    def _upright(self, owner: int, first: int, stop: int, column: int) -> None:
        for row in range(first, stop):
            self._wire(owner, row, column, UP | DOWN)

    def _wire(self, owner: int, row: int, column: int, sides: int) -> None:
        cell = self._wires.setdefault((row, column), {})
        cell[owner] = cell.get(owner, 0) | sides

    def lines(self) -> list[str]:
        cells = {at: self._joint(list(owners.values())) for at, owners in self._wires.items()} | self._text
        rows: dict[int, dict[int, str]] = {}
        for (row, column), character in cells.items():
            rows.setdefault(row, {})[column] = character
        return [self._line(rows.get(row, {})) for row in range(max(rows, default=-1) + 1)]

    def _joint(self, owners: list[int]) -> str:
        """One owner: its joint. Several: they cross, and the upright one passes over."""
        sides = owners[0] if len(owners) == 1 else UP | DOWN
        return self._pen.joints.get(sides, "+")

    @staticmethod
    def _line(row: Mapping[int, str]) -> str:
        return "".join(row.get(column, " ") for column in range(max(row, default=-1) + 1)).rstrip()
