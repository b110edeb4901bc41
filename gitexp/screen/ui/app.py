"""`exp ui` on Textual: what its keys do.

Made for a terminal behind SSH: no mouse, nothing moves, only lines that changed are sent.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType
from textual.events import Key
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from gitexp.errors import ExpError
from gitexp.experiment.record import Group, Row
from gitexp.screen.cells import one_line
from gitexp.screen.ui.errands import Errands
from gitexp.screen.ui.keys import TABLE, help_lines
from gitexp.screen.ui.pages import Chooser, Page, bindings
from gitexp.screen.ui.paint import Line, Window
from gitexp.screen.ui.pieces import lines_of
from gitexp.screen.ui.screen import SheetScreen


class TableScreen(SheetScreen):
    """The table with its keys (ui_keys)."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(TABLE)

    _asked: Callable[[], None] | None = None  # what waits for a yes
    _applying = False  # the one thing that is not to be left half done
    _leave_then = False

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a question waits, keys answer it; while a filter is typed, they are letters."""
        return action == "leave" or (self._asked is None and not self.entry.display)

    def on_key(self, event: Key) -> None:
        if self._asked is not None:
            asked, self._asked = self._asked, None
            event.stop()
            if event.key in ("y", "Y"):
                asked()
            else:
                self.tell("nothing was done.")
        elif event.key == "escape" and self.entry.display:
            self._close_filter()

    def action_leave(self) -> None:
        if self.entry.display:
            self._close_filter()
        elif self._applying:
            self._leave_then = True
            self.tell("applying: one moment, then this ends.", "dim")
        else:
            self.app.exit()

    def _do(self, change: Callable[[], object]) -> None:
        self.told = ("", "")
        try:
            change()
        except ExpError as error:
            self.tell_error(error)
        self.look()

    # Where one is, and what is shown

    def action_move(self, lines: int) -> None:
        self._do(partial(self.sheet.move, lines))

    def action_page(self, pages: int) -> None:
        self._do(partial(self.sheet.move, pages * max(1, self.window.body - 1)))

    def action_move_column(self, columns: int) -> None:
        self._do(partial(self.sheet.move_column, columns))

    def action_sort(self) -> None:
        self._do(self.sheet.sort)

    def action_sort_also(self) -> None:
        self._do(partial(self.sheet.sort, also=True))

    def action_mark(self) -> None:
        self._do(self.sheet.mark)
        self.action_move(1)

    def action_unmark(self) -> None:
        self._do(self.sheet.marks.clear)
        if self.sheet.choice.only_marked:
            self.action_only_marked()

    def action_only_marked(self) -> None:
        self._do(lambda: self.sheet.change(only_marked=not self.sheet.choice.only_marked))

    def action_flat(self) -> None:
        self._do(lambda: self.sheet.change(flat=not self.sheet.choice.flat))

    def action_all(self) -> None:
        self._do(lambda: self.sheet.change(where="", only_marked=False))

    def action_hide(self) -> None:
        field = self.sheet.hide()
        self.tell(f"{field.title} is hidden; + shows it again." if field else "the last column stays.", "dim")

    def action_unhide(self) -> None:
        self._do(self.sheet.unhide)

    def action_columns(self) -> None:
        shown = {field.title for field in self.sheet.fields}
        self.app.push_screen(Chooser(self.sheet.all_fields, shown, self.colour, self.unicode), self._chosen)

    def _chosen(self, titles: set[str] | None) -> None:
        if titles is not None:
            self._do(partial(self.sheet.show_fields, titles))

    def action_reload(self) -> None:
        self.work("reading …", self.errands.reload, self._reloaded)

    def _reloaded(self, groups: Sequence[Group]) -> None:
        self.told = ("", "")
        self.take(groups)

    def action_pause(self) -> None:
        self.app.action_suspend_process()

    # The filter

    def action_filter(self) -> None:
        self.entry.value = self.sheet.choice.where
        self.entry.display = True
        self.entry.focus()
        self.entry.cursor_position = len(self.entry.value)
        self.tell("a condition, then Enter; Esc leaves it as it was; End ends a name.", "dim")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        try:
            self.sheet.change(where=event.value.strip())
        except ExpError as error:
            self.tell_error(error)
            return
        self._close_filter()

    def _close_filter(self) -> None:
        self.entry.display = False
        self.set_focus(None)
        self.tell("")

    # Pages

    def _open(
        self,
        title: str,
        lines: Sequence[Line],
        feed: Callable[[], Sequence[Line]] | None = None,
        at_end: bool = False,
    ) -> None:
        self.tell("")
        self.app.push_screen(Page(title, lines, self.colour, self.unicode, feed, at_end))

    def action_help(self) -> None:
        self._open("Keys", help_lines(self.unicode))

    def action_watch(self) -> None:
        size = self.app.size

        def feed() -> list[Line]:
            return lines_of(self.errands.watch(size.width, size.height - 2))

        self.work("looking …", feed, lambda lines: self._open("What runs now", lines, feed))

    def action_story(self) -> None:
        if self.sheet.lines:
            row = self.sheet.row
            story = partial(self.errands.story, row, self.sheet.baseline_of(row))
            self.work("reading …", lambda: lines_of(story()), partial(self._open, _name(row)))

    def action_output(self) -> None:
        if self.sheet.lines:
            row = self.sheet.row

            def feed() -> list[Line]:
                return [[(one_line(line), "")] for line in self.errands.output(row)]

            title = f"{_name(row)}: what its stages printed"
            self.work("reading …", feed, lambda lines: self._open(title, lines, feed, at_end=True))

    def action_compare(self) -> None:
        rows = self.sheet.compared() if self.sheet.lines else []
        if len(rows) < 2:
            self.tell("mark what to compare it with: Space.", "red")
            return
        compare = partial(self.errands.compare, rows, self.size.width)
        self.work(
            "comparing …", lambda: lines_of(compare()), partial(self._open, "  ".join(map(_name, rows)))
        )

    # Apply

    def action_apply(self) -> None:
        row = self.sheet.row if self.sheet.lines else None
        if row is None or row.rev == "workspace":
            self.tell("that is what the workspace holds.", "red")
            return
        self._asked = partial(self._apply, row)
        self.tell(f"Apply {_name(row)}? Your changes are kept, `exp undo` takes it back. [y/N]", "bold")

    def _apply(self, row: Row) -> None:
        self._applying = True
        self.work(f"applying {_name(row)} …", partial(self.errands.apply, row), self._applied)

    def _applied(self, lines: Sequence[str]) -> None:
        self._applying = False
        if self._leave_then:
            self.app.exit()
            return
        if len(lines) > 1:
            self._open("Applied", lines_of(lines))
        else:
            self.tell("".join(lines), "green")
        self.work(*self.told[:1], self.errands.reload, self.take)

    def failed(self, error: ExpError) -> None:
        self._applying = False
        super().failed(error)


def _name(row: Row) -> str:
    return row.name or row.rev[:7]


class Browser(App[None]):
    """The program around the screens."""

    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    Lines { height: 1fr; }
    Input, Input:focus {
        height: 1; border: none; padding: 0; background: ansi_default; color: ansi_default;
    }
    """
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, window: Window, errands: Errands, colour: bool, title: str) -> None:
        super().__init__(ansi_color=True)
        self.animation_level = "none"
        self._table = TableScreen(window, errands, colour, title)

    def get_default_screen(self) -> Screen[None]:
        return self._table

    @property
    def bug(self) -> BaseException | None:
        """What ended it, if that was no key."""
        error = self._exception
        return error.error if isinstance(error, WorkerFailed) else error

    def _fatal_error(self) -> None:
        # Textual would print the values of all variables; `main` prints bugs as for every command.
        self._close_messages_no_wait()

    def have_terminal(self) -> None:
        """Until the user leaves. Raises what ended it otherwise."""
        self.run(mouse=False)
        if self.bug is not None:
            raise self.bug

    def on_mount(self) -> None:
        # A lost connection or a polite kill ends it as `q` does.
        signal.signal(signal.SIGTERM, lambda *_: self.exit())
