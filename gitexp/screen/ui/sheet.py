"""The table of `exp ui` as it stands: rows filtered and ordered, columns hidden, rows marked, a cursor.

It knows nothing of keys or screens: what a key does is a method here, what one sees is painted by ui_paint.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.record import Group, Row
from gitexp.experiment.table.best import Direction, Wishes
from gitexp.experiment.table.columns import Kind, all_rows
from gitexp.experiment.table.row_choice import SortKey, filter_rows, sort_rows
from gitexp.experiment.table.where import parse_where
from gitexp.screen.cells import PRECISION
from gitexp.screen.show.rows import BASELINE, ShownRow, shown_rows
from gitexp.screen.ui.fields import Cells, Field, find_fields

FLAT = "flat"  # the place of an experiment that stands under no baseline

Key = tuple[str, str | None]  # what a row is known by: entries of a queue may share a commit


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user wants to see. `where` is an expression of `exp show --where`, '' for all rows."""

    where: str = ""
    keys: tuple[SortKey, ...] = ()
    flat: bool = False  # experiments of all baselines in one list
    only_marked: bool = False


def key_of(row: Row) -> Key:
    return row.rev, row.name


class Sheet:
    """All rows, and the lines that are shown of them."""

    def __init__(
        self,
        groups: Sequence[Group],
        choice: Choice = Choice(),
        wishes: Wishes = Wishes(),
        precision: int = PRECISION,
        today: datetime.date | None = None,
        beyond: int = 0,
    ) -> None:
        """`beyond`: how many experiments there are that are not among the groups; nobody is the best then."""
        self._beyond = beyond
        self._wishes, self._precision, self._today = wishes, precision, today
        self._seen: set[str] = set()  # titles of columns that were there before
        self.hidden: set[str] = set()
        self.marks: dict[Key, Row] = {}
        self.choice = choice
        self.cursor = self.column = 0
        self._fields: list[Field] = []
        self.load(groups)

    def load(self, groups: Sequence[Group]) -> None:
        """Take new rows; filter, order, marks and cursor stay. Raises ExpError when the filter or the order
        does not fit them: it is dropped then."""
        self.groups = tuple(groups)
        rows = list(all_rows(groups))
        self.total = sum(len(group.rows) for group in groups) + self._beyond
        self._fields = find_fields(rows, self._fields)
        new = [field for field in self._fields if field.title not in self._seen]
        self.hidden |= {field.title for field in new if field.kind is Kind.DEP}
        self._seen |= {field.title for field in new}
        there = {key_of(row): row for row in rows}
        self.marks = {key: there[key] for key in self.marks if key in there}
        self.change()

    def change(self, **changes: object) -> None:
        """Another choice. Raises ExpError for a filter or an order that does not fit; nothing changes then,
        except that rows without any are shown when there were none before."""
        choice = replace(self.choice, **changes)  # type: ignore[arg-type]
        try:
            lines = self._chosen(choice)
        except ExpError:
            if not changes:
                self.choice = replace(self.choice, where="", keys=())
                self._set_lines(self._chosen(self.choice))
            raise
        self.choice = choice
        self._set_lines(lines)

    def chosen_groups(self) -> list[Group]:
        """The groups with the experiments that are shown, in their order."""
        return self._in_order(self._filtered(self.choice), self.choice)

    def _filtered(self, choice: Choice) -> list[Group]:
        groups: Sequence[Group] = self.groups
        if choice.where.strip():
            groups = filter_rows(groups, parse_where(choice.where))
        if choice.only_marked:
            groups = [
                Group(group.head, tuple(row for row in group.rows if key_of(row) in self.marks))
                for group in groups
            ]
        return list(groups)

    def _in_order(self, groups: Sequence[Group], choice: Choice) -> list[Group]:
        return sort_rows(groups, choice.keys) if choice.keys else list(groups)

    def _chosen(self, choice: Choice) -> list[ShownRow]:
        groups = self._filtered(choice)
        if choice.flat:
            rows = tuple(row for group in groups for row in group.rows)
            heads = [ShownRow(group.head, BASELINE) for group in groups]
            together = self._in_order([Group(heads[0].row, rows)], choice) if heads else []
            return [*heads, *(ShownRow(row, FLAT) for group in together for row in group.rows)]
        return list(shown_rows(self._in_order(groups, choice)))

    def _set_lines(self, lines: list[ShownRow]) -> None:
        at = key_of(self.row) if self.cursor and self.lines else None
        self.lines = lines
        today = self._today or datetime.date.today()
        self.cells = Cells(
            [line.row for line in lines], today, self._wishes, self._precision, not self._beyond
        )
        places = (i for i, line in enumerate(lines) if at is not None and key_of(line.row) == at)
        self.cursor = next(places, min(self.cursor, max(0, len(lines) - 1)))
        self.column = min(self.column, max(0, len(self.fields) - 1))

    lines: Sequence[ShownRow] = ()

    @property
    def row(self) -> Row:
        """The row under the cursor."""
        return self.lines[self.cursor].row

    @property
    def shown(self) -> int:
        """How many experiments are shown."""
        return sum(line.is_experiment for line in self.lines) + self._beyond

    @property
    def fields(self) -> list[Field]:
        """The columns that are shown."""
        return [field for field in self._fields if field.title not in self.hidden]

    @property
    def all_fields(self) -> Sequence[Field]:
        return self._fields

    @property
    def field(self) -> Field | None:
        """The column under the cursor."""
        fields = self.fields
        return fields[self.column] if fields else None

    def move(self, lines: int) -> None:
        self.cursor = max(0, min(len(self.lines) - 1, self.cursor + lines))

    def move_column(self, columns: int) -> None:
        self.column = max(0, min(len(self.fields) - 1, self.column + columns))

    def hide(self) -> Field | None:
        """Hide the column under the cursor; it is returned. The last one stays."""
        field = self.field
        if field is None or len(self.fields) == 1:
            return None
        self.hidden.add(field.title)
        self.column = min(self.column, len(self.fields) - 1)
        return field

    def unhide(self) -> None:
        """Show all columns but deps."""
        self.show_fields(field.title for field in self._fields if field.kind is not Kind.DEP)

    def show_fields(self, titles: Iterable[str]) -> None:
        """Show exactly these columns."""
        wanted = set(titles)
        self.hidden = {field.title for field in self._fields} - wanted
        self.column = min(self.column, max(0, len(self.fields) - 1))

    def sort(self, also: bool = False) -> None:
        """Order by the column under the cursor: the better values first, then the other way, then not at all;
        `also`: where the order so far leaves rows alike. Raises ExpError for what has no order."""
        field = self.field
        if field is None:
            return
        if field.kind is Kind.DEP:
            raise ExpError("experiments are not ordered by hashes of deps.")
        first = self.cells.direction(field) is Direction.HIGHER or field.title == "Created"
        before = next((key for key in self.choice.keys if key.name == field.title), None)
        others = tuple(key for key in self.choice.keys if key.name != field.title) if also else ()
        if before is None:
            keys = (*others, SortKey(field.title, first))
        elif before.descending is first:
            keys = tuple(
                replace(key, descending=not first) if key is before else key
                for key in (self.choice.keys if also else (before,))
            )
        else:
            keys = others
        self.change(keys=keys)

    def mark(self) -> None:
        """Mark the row under the cursor, or unmark it."""
        if not self.lines:
            return
        key = key_of(self.row)
        if self.marks.pop(key, None) is None:
            self.marks[key] = self.row

    def compared(self) -> list[Row]:
        """What a comparison is about: the marked rows, as they stand; of fewer than two, the row under the
        cursor and the one it is compared with: the marked one, or its baseline."""
        if len(self.marks) > 1:
            order = {key_of(line.row): i for i, line in enumerate(self.lines)}
            return sorted(self.marks.values(), key=lambda row: order.get(key_of(row), len(order)))
        row = self.row
        other = next(iter(self.marks.values()), None) or self.baseline_of(row)
        return [row] if other is None or key_of(other) == key_of(row) else [other, row]

    def baseline_of(self, row: Row) -> Row | None:
        """What a row stands on; of the workspace, the first baseline; of a baseline nothing."""
        if row.rev == "workspace":
            return next((group.head for group in self.groups if group.head.rev != "workspace"), None)
        key = key_of(row)
        on = (group.head for group in self.groups if any(key_of(one) == key for one in group.rows))
        return next(on, None)
