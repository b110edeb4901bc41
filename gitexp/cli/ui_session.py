"""What `exp ui` has done: its errands, each one call of the engine and one function that puts it in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.change.apply import apply_experiment
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import resolve_rev
from gitexp.experiment.record import Group, Row, State
from gitexp.experiment.table.compare import compare, contrast_files
from gitexp.experiment.table.history import LogRequest, read_log
from gitexp.experiment.table.revisions import read_code_diff
from gitexp.experiment.table.story import read_story
from gitexp.experiment.table.table import WORKSPACE, RevisionReader
from gitexp.git.refs import names_of
from gitexp.project import Project
from gitexp.queue.follow import read_tail
from gitexp.queue.lookout import Lookout
from gitexp.queue.named import commit_of_entry, find_log
from gitexp.queue.pulse import feel_pulse
from gitexp.screen.apply_lines import applied_lines, kept_lines
from gitexp.screen.cells import one_line, output_line
from gitexp.screen.compare.contrast_view import contrast_table
from gitexp.screen.compare.diff_view import DiffStyle, diff_table
from gitexp.screen.compare.patch_lines import patch_lines
from gitexp.screen.history.story_view import story_lines
from gitexp.screen.panels import Sheet
from gitexp.screen.queue.watch_view import Frame, running_words, watch_lines
from gitexp.screen.show.row_story import row_lines
from gitexp.screen.terminal import has_colour
from gitexp.screen.ui.app import Browser
from gitexp.screen.ui.errands import Errands
from gitexp.screen.ui.paint import Window

MOST_LOG = 1 << 20  # bytes of a log, from its end


def open_browser(project: Project, window: Window, reload: Callable[[], Sequence[Group]]) -> Browser:
    """The program, about to begin."""
    colour = has_colour()  # asked now: later Textual has stdout for itself
    work = _Work(project, colour, window.unicode)
    errands = Errands(
        reload=reload,
        pulse=lambda: feel_pulse(project),
        watch=work.watch,
        running=work.running,
        story=work.story,
        output=work.output,
        compare=work.compare,
        apply=work.apply,
    )
    return Browser(window, errands, colour, project.root.name)


@dataclass
class _Work:
    project: Project
    colour: bool
    unicode: bool
    _lookout: Lookout | None = field(default=None)

    def _look(self) -> Lookout:
        if self._lookout is None:
            self._lookout = Lookout(self.project.repo)
        return self._lookout

    def watch(self, columns: int, lines: int) -> list[str]:
        frame = Frame(columns, lines, self.colour, self.unicode)
        return watch_lines(self._look().look(), time.time(), frame)

    def running(self) -> str:
        return running_words(self._look().look(), time.time(), self.unicode)

    def story(self, row: Row, base: Row | None) -> list[str]:
        """An experiment as `exp log` tells it, then every value; of what is none, its values."""
        found: list[str] = []
        if row.state is State.SUCCESS and row.name and base is not None and row.rev != WORKSPACE:
            with RevisionReader(self.project) as reader:
                request = LogRequest((Experiment(row.name, row.rev, base.rev).ref,))
                for entry in read_log(self.project, reader, request):
                    story = read_story(self.project, reader, entry)
                    found = [*story_lines(story, names_of(self.project.repo), self.colour), ""]
        return [*found, *row_lines(row, self.colour)]

    def output(self, row: Row) -> list[str]:
        """The end of the log of what ran, each line without what a terminal would obey."""
        if row.name is None or row.rev == WORKSPACE:
            raise ExpError("no run made this: it has no log.")
        text, cut = read_tail(find_log(self.project.repo, self._word(row)), MOST_LOG)
        lines = [output_line(line) for line in text.decode("utf-8", "replace").split("\n")]
        return [*(["…", ""] if cut else []), *lines]

    def compare(self, rows: Sequence[Row], columns: int) -> list[str]:
        """Metrics and params side by side; of two, the code too."""
        names = [row.name or row.rev[:7] for row in rows]
        sheet = Sheet(columns, self.colour)
        metrics = DiffStyle("Metric", names[0], names[1], no_number="changed", judged=True, sheet=sheet)
        params = DiffStyle("Param", names[0], names[1], precision=None, no_number="changed", sheet=sheet)
        if len(rows) == 2:
            found = compare(rows[0].values, rows[1].values)
            tables = [diff_table(found.metrics, metrics, False), diff_table(found.params, params, False)]
            code = read_code_diff(self.project, rows[0].rev, rows[1].rev, False)
            tables.append(patch_lines(code, self.colour))
        else:
            measured = contrast_files([row.values.metrics for row in rows])
            chosen = contrast_files([row.values.params for row in rows])
            tables = [
                contrast_table(measured, names, metrics, False, True),
                contrast_table(chosen, names, params, False, False),
            ]
        lines = [line for table in tables if table for line in [*table, ""]]
        return lines or ["They have the same metrics, params and code."]

    def apply(self, row: Row) -> list[str]:
        """Apply, and say what changed, what was kept and what is missing."""
        applied = apply_experiment(self.project, self._entry(row) or self._word(row))
        return [*map(one_line, applied_lines(applied)), *map(one_line, kept_lines(applied))]

    def _entry(self, row: Row) -> str | None:
        """The commit of what an entry of the queue will run."""
        waits = row.state in (State.QUEUED, State.RUNNING)
        return commit_of_entry(self.project, row.name) if waits and row.name else None

    def _word(self, row: Row) -> str:
        """The row's name where it means this row, else its commit."""
        with suppress(ExpError):
            if row.name and resolve_rev(self.project.repo, row.name).commit == row.rev:
                return row.name
        return row.name if row.name and row.state is not State.SUCCESS else row.rev
