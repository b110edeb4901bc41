"""The pages that `exp ui` opens over its table: a text to scroll through, and the choice of columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from gitexp.screen.cells import fit, one_line
from gitexp.screen.ui.fields import Field
from gitexp.screen.ui.keys import CHOOSER, PAGE, Keys, footer
from gitexp.screen.ui.paint import Line
from gitexp.screen.ui.pieces import cut_line
from gitexp.screen.ui.widgets import Lines

_SIDEWAYS = 16  # columns that one key moves a long line
_AGAIN = 0.5  # seconds after which a page that may grow is read again


def bindings(keys: Sequence[Keys]) -> list[BindingType]:
    return [Binding(one.names, one.action, show=False, priority="ctrl+c" in one.names) for one in keys]


class Page(Screen[None]):
    """A title, lines, and keys to scroll. `feed`, where it is given, has the lines as they are by now."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = bindings(PAGE)

    def __init__(
        self,
        title: str,
        lines: Sequence[Line],
        colour: bool,
        unicode: bool,
        feed: Callable[[], Sequence[Line]] | None = None,
        at_end: bool = False,
    ) -> None:
        super().__init__()
        self._heading, self._content, self._feed = one_line(title), list(lines), feed
        self._colour, self._unicode = colour, unicode
        self._top = self._left = 0
        self._at_end = at_end  # stays at the end as the text grows

    def compose(self) -> ComposeResult:
        yield Lines(self._line, self._colour, id="page")

    def on_mount(self) -> None:
        if self._feed is not None:
            self.set_interval(_AGAIN, self._read)
        self.call_after_refresh(self._look)

    def _read(self) -> None:
        if self._feed is not None and self.is_current:
            self.run_worker(self._read_apart, thread=True, exclusive=True)

    def _read_apart(self) -> None:
        lines = list(self._feed()) if self._feed else []
        self.app.call_from_thread(self._take, lines)

    def _take(self, lines: list[Line]) -> None:
        self._content = lines
        self._look()

    @property
    def _body(self) -> int:
        return max(1, self.size.height - 2)

    def _look(self) -> None:
        last = max(0, len(self._content) - self._body)
        self._top = last if self._at_end else max(0, min(self._top, last))
        self.query_one(Lines).look()

    def _line(self, y: int, width: int) -> Line:
        if y == 0:
            return self._head(width)
        if y == self._body + 1:
            return footer(PAGE, width, self._unicode)
        place = self._top + y - 1
        if place >= len(self._content):
            return []
        return cut_line(self._content[place], self._left) if self._left else self._content[place]

    def _head(self, width: int) -> Line:
        seen = min(len(self._content), self._top + self._body)
        where = f"  {seen}/{len(self._content)}" if len(self._content) > self._body else ""
        title = fit(self._heading, max(1, width - len(where)))
        return [(f"{title}{where}".ljust(width), "bold reverse")]

    def action_back(self) -> None:
        self.dismiss()

    def action_leave(self) -> None:
        self.app.exit()

    def action_move(self, lines: int) -> None:
        last = max(0, len(self._content) - self._body)
        self._top = max(0, min(last, self._top + lines))
        self._at_end = self._at_end and lines > 0
        self._look()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self._body - 1))

    def action_aside(self, steps: int) -> None:
        self._left = max(0, self._left + steps * _SIDEWAYS)
        self._look()


class Chooser(Screen[set[str] | None]):
    """All columns, one a line; those that are to be shown have a mark. Ends with their titles."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = bindings(CHOOSER)

    def __init__(self, fields: Sequence[Field], shown: set[str], colour: bool, unicode: bool) -> None:
        super().__init__()
        self._fields, self._shown = fields, set(shown)
        self._colour, self._unicode = colour, unicode
        self._cursor = self._top = 0

    def compose(self) -> ComposeResult:
        yield Lines(self._line, self._colour, id="chooser")

    @property
    def _body(self) -> int:
        return max(1, self.size.height - 2)

    def _look(self) -> None:
        self._cursor = max(0, min(len(self._fields) - 1, self._cursor))
        self._top = max(self._cursor - self._body + 1, min(self._top, self._cursor))
        self.query_one(Lines).look()

    def _line(self, y: int, width: int) -> Line:
        if y == 0:
            text = f"Columns: {len(self._shown)} of {len(self._fields)} shown"
            return [(fit(text, width).ljust(width), "bold reverse")]
        if y == self._body + 1:
            return footer(CHOOSER, width, self._unicode)
        place = self._top + y - 1
        if place >= len(self._fields):
            return []
        field = self._fields[place]
        under = "reverse" if place == self._cursor else ""
        kind = field.kind.value if field.kind else ""
        mark = "[x] " if field.title in self._shown else "[ ] "
        words = "the same in all rows" if field.same else ""
        return [(fit(f"{mark}{kind:8}{one_line(field.title)}", width), under), (f"  {words}", "dim")]

    def action_back(self) -> None:
        self.dismiss(self._shown)

    def action_leave(self) -> None:
        self.app.exit()

    def action_turn(self) -> None:
        self._shown ^= {self._fields[self._cursor].title}
        if not self._shown:
            self._shown = {self._fields[self._cursor].title}
        self._cursor += 1
        self._look()

    def action_every(self) -> None:
        self._shown = {field.title for field in self._fields}
        self._look()

    def action_none(self) -> None:
        self._shown = {self._fields[self._cursor].title}
        self._look()

    def action_move(self, lines: int) -> None:
        self._cursor += lines
        self._look()

    def action_page(self, pages: int) -> None:
        self.action_move(pages * max(1, self._body - 1))
