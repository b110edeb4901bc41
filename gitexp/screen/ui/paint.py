"""The table of `exp ui` painted: lines of pieces, each a text and the words of its style ('bold green').

Only what is in the window is looked at, so a table of ten thousand rows and five thousand columns costs no
more than one of thirty.
"""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.dataclass import dataclass
from gitexp.experiment.record import Row, State
from gitexp.experiment.table.columns import Kind
from gitexp.screen.cells import BEST_MARK, fit, one_line, width
from gitexp.screen.show.data import TREE
from gitexp.screen.ui.fields import Cells, Field, heading
from gitexp.screen.ui.sheet import Sheet, key_of

Piece = tuple[str, str]
Line = list[Piece]

HEADINGS = {Kind.METRIC: ("metrics", "green"), Kind.PARAM: ("params", "cyan"), Kind.DEP: ("deps", "blue")}
_STATES = {State.FAILED: "red", State.INTERRUPTED: "yellow", State.RUNNING: "cyan", State.QUEUED: "dim"}
_LEAST_NAME, _LEAST_CELL = 14, 4
HEAD_LINES = 3  # groups, titles, rule


@dataclass(frozen=True, slots=True)
class Placed:
    """A column in the window: where it begins, and how much of it there is room for."""

    field: Field
    index: int
    at: int
    wide: int


class Window:
    """The part of a sheet that one sees: so many columns and lines, from row `top` and column `left` on."""

    def __init__(self, sheet: Sheet, unicode: bool = True) -> None:
        self.sheet, self.unicode = sheet, unicode
        self.top = self.left = 0
        self.width, self.height = 80, 20
        self._names = 0
        self._cells: Cells | None = None  # that the width of names was measured for
        self._layout: tuple[object, list[Placed]] = (None, [])

    @property
    def body(self) -> int:
        """Lines of rows."""
        return max(1, self.height - HEAD_LINES)

    def follow(self) -> None:
        """Move the window so that the cursor is in it."""
        sheet = self.sheet
        if not self.top <= sheet.cursor < self.top + self.body:
            below = sheet.cursor >= self.top + self.body
            near = sheet.cursor - self.body + 1 if below else sheet.cursor
            self.top = near if abs(near - self.top) < self.body else sheet.cursor - self.body // 2
        self.top = max(0, min(self.top, len(sheet.lines) - self.body))
        self.left = min(self.left, max(0, len(sheet.fields) - 1))
        if sheet.column < self.left:
            self.left = sheet.column
        while self.left < sheet.column and not self._whole(sheet.column):
            self.left += 1

    def _whole(self, index: int) -> bool:
        return any(one.index == index and one.wide >= self._wide(one.field) for one in self.layout())

    def _wide(self, field: Field) -> int:
        return self.sheet.cells.wide(field)

    def layout(self) -> list[Placed]:
        """The columns in the window, from left to right."""
        sheet = self.sheet
        key = (sheet.cells, tuple(sheet.hidden), self.left, self.top, self.width, self.height)
        if self._layout[0] != key:
            self._layout = (key, self._lay_out())
        return self._layout[1]

    def _lay_out(self) -> list[Placed]:
        sheet, fields = self.sheet, self.sheet.fields
        seen = range(self.top, min(self.top + self.body, len(sheet.lines)))
        if self._cells is not sheet.cells:
            self._cells, self._names = sheet.cells, 0
        self._names = self._name_room(seen)
        at, begin = self._names, 0
        placed: list[Placed] = []
        for index in range(self.left, len(fields)):
            field = fields[index]
            first = index == self.left or field.kind is not fields[index - 1].kind
            last = index + 1 == len(fields) or field.kind is not fields[index + 1].kind
            at += 3 if first else 2
            begin = at if first else begin
            room = self.width - at
            if room < _LEAST_CELL:
                break
            sheet.cells.widen(field, seen)
            wide = self._wide(field)
            if last and field.kind:
                # It makes room for the heading of its group.
                wide = max(wide, begin + len(HEADINGS[field.kind][0]) - at)
            placed.append(Placed(field, index, at, min(wide, room)))
            at += placed[-1].wide
        return placed

    def _name_room(self, seen: range) -> int:
        longest = max((width(self._name(place)) for place in seen), default=0) + 2
        return max(_LEAST_NAME, self._names, min(longest, self.width * 2 // 5))

    # Lines

    def line(self, y: int) -> Line:
        """What stands in one line of the window."""
        layout = self.layout()
        if y == 0:
            return self._groups(layout)
        if y == 1:
            return self._titles(layout)
        if y == 2:
            return self._rule(layout)
        place = self.top + y - HEAD_LINES
        return self._row(place, layout) if place < len(self.sheet.lines) else []

    def _starts(self, one: Placed, layout: Sequence[Placed]) -> bool:
        return one is layout[0] or one.field.kind is not layout[one.index - layout[0].index - 1].field.kind

    def _groups(self, layout: Sequence[Placed]) -> Line:
        line: Line = [(" " * self._names, "")]
        at = self._names
        for one in layout:
            if not self._starts(one, layout):
                continue
            stop = next((o.at - 3 for o in layout if o.at > one.at and self._starts(o, layout)), self.width)
            text, style = HEADINGS[one.field.kind] if one.field.kind else ("", "")
            line += [(" " * (one.at - 3 - at), ""), (self._bar(), "dim")]
            text = fit(text, stop - one.at)
            line.append((text, style))
            at = one.at + width(text)
        return line

    def _bar(self) -> str:
        return " │ " if self.unicode else " | "

    def _titles(self, layout: Sequence[Placed]) -> Line:
        name = fit("Experiment", self._names - 2)
        line: Line = [("  ", ""), (name + " " * (self._names - 2 - len(name)), "bold")]
        for one in layout:
            line.append((self._bar(), "dim") if self._starts(one, layout) else ("  ", ""))
            text = _fill(heading(one.field) + self._order_of(one.field), one.wide)
            style = "bold" + (" reverse" if one.index == self.sheet.column else "")
            line.append((text, style))
        return line

    def _order_of(self, field: Field) -> str:
        keys = self.sheet.choice.keys
        found = [i for i, key in enumerate(keys) if key.name == field.title]
        if not found:
            return ""
        down, up = ("▼", "▲") if self.unicode else ("v", "^")
        return (down if keys[found[0]].descending else up) + (str(found[0] + 1) if len(keys) > 1 else "")

    def _rule(self, layout: Sequence[Placed]) -> Line:
        flat, cross = ("─", "┼") if self.unicode else ("-", "+")
        text = flat * self._names
        for one in layout:
            text += (f"{flat}{cross}{flat}" if self._starts(one, layout) else flat * 2) + flat * one.wide
        return [(text, "dim")]

    def _name(self, place: int) -> str:
        shown = self.sheet.lines[place]
        row = shown.row
        name = one_line(row.name or shown.short_rev) + (f" ({one_line(row.fate)})" if row.fate else "")
        tree = TREE.get(shown.place, "")
        return (tree if self.unicode else tree.replace("├──", "|--").replace("└──", "`--")) + name

    def _row(self, place: int, layout: Sequence[Placed]) -> Line:
        sheet, shown = self.sheet, self.sheet.lines[place]
        marked = key_of(shown.row) in sheet.marks
        under = " reverse" if place == sheet.cursor else ""
        plain = _style_of(shown.row, shown.is_experiment)
        mark = (("● " if self.unicode else "* ") if marked else "  ", "bold magenta" if marked else "")
        line: Line = [mark, (_fill(self._name(place), self._names - 2), plain)]
        for one in layout:
            line.append((self._bar(), "dim") if self._starts(one, layout) else ("  ", ""))
            text, style = sheet.cells.aligned(place, one.field), plain
            if place in sheet.cells.best(one.field):
                text, style = text + BEST_MARK, "bold green"
            line.append((_fill(text, one.wide), style))
        taken = sum(width(text) for text, _ in line)
        line.append((" " * max(0, self.width - taken), ""))
        return [(text, (style.replace("dim", "") if under else style) + under) for text, style in line]


def _style_of(row: Row, is_experiment: bool) -> str:
    return _STATES.get(row.state, "") if is_experiment else "bold"


def _fill(text: str, columns: int) -> str:
    """`text` in exactly so many terminal columns."""
    cut = fit(text, columns)
    return cut + " " * (columns - width(cut))
