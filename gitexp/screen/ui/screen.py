"""The screen of `exp ui` without its keys: painting, having things done, noticing what is new."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from gitexp.errors import ExpError
from gitexp.experiment.record import Group
from gitexp.screen.ui.errands import Errands
from gitexp.screen.ui.names import Names
from gitexp.screen.ui.paint import Line, Window
from gitexp.screen.ui.picture import picture_line
from gitexp.screen.ui.widgets import Lines

PERIOD = 1.0  # seconds between looks for something new
_SHARE = 20  # looks take at most one part in so many of the time


class SheetScreen(Screen[None]):
    """A line of what one sees, the table, a line for words, a line of keys; another to type a filter into."""

    AUTO_FOCUS = ""  # the filter is there, but not to be typed into

    def __init__(self, window: Window, errands: Errands, colour: bool, title: str) -> None:
        super().__init__()
        self.window, self.sheet, self.errands = window, window.sheet, errands
        self.colour, self.unicode = colour, window.unicode
        self.told: tuple[str, str] = ("", "")
        self.what_runs = ""
        self.project_name = title
        self._last_pulse: object = None

    def compose(self) -> ComposeResult:
        yield Lines(self._line, self.colour, id="table")
        entry = Input(id="filter", suggester=Names(self.sheet), select_on_focus=False)
        entry.display = False
        yield entry

    def on_mount(self) -> None:
        self.set_focus(None)
        self._look_again_in(0.0)

    @property
    def entry(self) -> Input:
        return self.query_one(Input)

    # Painting

    def look(self) -> None:
        """Bring the screen up to date with the sheet."""
        self.query_one(Lines).look()

    def _line(self, y: int, columns: int) -> Line:
        words = self.told if self.told[0] else (self.what_runs, "cyan")
        size = (columns, self.query_one(Lines).size.height)
        return picture_line(self.window, self.project_name, words, y, size)

    def tell(self, text: str, words: str = "") -> None:
        """Say something in the line for words."""
        self.told = (text, words)
        self.look()

    def tell_error(self, error: ExpError) -> None:
        # Of a condition that can't be read, the lines that point into it have no room here.
        message = error.message.partition("\n")[0].removeprefix("--where: ").rstrip(":")
        self.tell(f"{message}  {error.hint or ''}", "red")

    # What is new

    def _look_again_in(self, spent: float) -> None:
        self.set_timer(max(PERIOD, spent * _SHARE), lambda: self.run_worker(self._find_new, thread=True))

    def _find_new(self) -> None:
        """In a thread: whether something began, ended, came or went, and if so the new rows."""
        began = time.monotonic()
        try:
            pulse, running = self.errands.pulse(), self.errands.running()
            new = self._last_pulse is not None and pulse != self._last_pulse
            self._last_pulse = pulse
            groups = self.errands.reload() if new else None
        except ExpError as error:
            self.from_thread(self.tell_error, error)
        else:
            self.from_thread(self.take, groups, running)
        self.from_thread(self._look_again_in, time.monotonic() - began)

    def take(self, groups: Sequence[Group] | None, running: str | None = None) -> None:
        """Show new rows, and what runs."""
        if running is not None:
            self.what_runs = running
        try:
            if groups is not None:
                self.sheet.load(groups)
        except ExpError as error:
            self.tell_error(error)
        self.look()

    # Errands

    def work(self, words: str, errand: Callable[[], object], then: Callable[..., object]) -> None:
        """Have something done in a thread, saying so; then go on with what came of it. An error is told."""
        self.tell(words, "dim")

        def do() -> None:
            try:
                found = errand()
            except ExpError as error:
                self.from_thread(self.failed, error)
            else:
                self.from_thread(then, found)

        self.run_worker(do, thread=True)

    def failed(self, error: ExpError) -> None:
        """An errand came to nothing."""
        self.tell_error(error)

    def from_thread(self, function: Callable[..., object], *values: object) -> None:
        """Call something in the thread of the screen, unless that has gone."""
        if self.app.is_running:
            self.app.call_from_thread(function, *values)
