"""The columns of `exp ui`: which there are and in what order; the text of a cell, made when it is looked at.

Ten thousand rows of fifty columns are never turned into text as a whole: a cell is read and written out when
it comes into view, and remembered as long as the table stays the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from gitexp.content import Value
from gitexp.dataclass import dataclass
from gitexp.experiment.record import FileValues, Row
from gitexp.experiment.table.best import Direction, Wishes, directions, is_number
from gitexp.experiment.table.columns import (
    Cell,
    Column,
    Kind,
    cells_of,
    differing,
    find_columns,
    unread,
    value_in,
)
from gitexp.experiment.table.compare import flatten
from gitexp.experiment.table.row_choice import FIXED
from gitexp.screen.cells import PRECISION, cell, fit, one_line, width
from gitexp.screen.decimals import is_a_number, point_of
from gitexp.screen.reasons import SHORT_HASH
from gitexp.screen.show.data import shown_cell
from gitexp.screen.show.rows import created

SAMPLE = 400  # rows that are looked at to tell what differs and how wide a column is
WIDEST = 32  # terminal columns of one cell; whole values are on the page of an experiment
_REMEMBERED = 4000  # rows whose files are kept flat


@dataclass(frozen=True, slots=True)
class Field:
    """One column: `column` is None for what every row has (State, Created, Rev, Note)."""

    title: str
    column: Column | None = None
    same: bool = False  # no two rows of the sample differ in it

    @property
    def kind(self) -> Kind | None:
        return self.column.kind if self.column else None


def find_fields(rows: Sequence[Row], before: Iterable[Field] = ()) -> list[Field]:
    """State, metrics, the params that tell rows apart, time, commit, note; then what is the same, then deps.

    What stood apart `before` keeps its place: a table that is looked at does not jump.
    """
    columns = find_columns(rows)
    sample = sampled(rows)
    differ = differing(columns, [cells_of(row, columns) for row in sample]) if len(rows) > 1 else set(columns)
    differ |= {field.column for field in before if field.column and not field.same}
    found = [Field(_title(column), column, column not in differ) for column in columns]
    fixed = ["State"] if any(row.state.value != "success" for row in rows) else []
    later = ["Created", "Rev", *(["Note"] if any(row.remark for row in rows) else [])]
    return [
        *map(Field, fixed),
        *(field for field in found if field.kind is Kind.METRIC),
        *(field for field in found if field.kind is Kind.PARAM and not field.same),
        *map(Field, later),
        *(field for field in found if field.kind is Kind.PARAM and field.same),
        *(field for field in found if field.kind is Kind.DEP),
    ]


def _title(column: Column) -> str:
    """A param may be called Note: a column of that name is there already."""
    return f"{column.file}:{column.key}" if column.title in FIXED else column.title


def sampled(rows: Sequence[Row]) -> list[Row]:
    """At most SAMPLE of the rows, evenly."""
    step = max(1, -(-len(rows) // SAMPLE))
    return list(rows[::step])


class Cells:
    """The texts of the rows `rows`, and what is to be known of each column to draw it."""

    def __init__(
        self,
        rows: Sequence[Row],
        today: datetime.date,
        wishes: Wishes,
        precision: int = PRECISION,
        judged: bool = True,
    ) -> None:
        self._judged = judged
        self._rows = rows
        self._today, self._wishes, self._precision = today, wishes, precision
        self._flat: dict[tuple[int, Kind, str], Mapping[str, Value] | None] = {}
        self._texts: dict[tuple[int, str], str] = {}
        self._widths: dict[str, int] = {}
        self._points: dict[str, int] = {}  # characters before the decimal point, of columns of numbers
        self._best: dict[str, frozenset[int]] = {}

    def text(self, place: int, field: Field) -> str:
        """What the cell of the row at `place` says, cut to what a column may take."""
        known = self._texts.get((place, field.title))
        if known is None:
            known = self._texts[place, field.title] = fit(self._text(place, field), WIDEST)
        return known

    def aligned(self, place: int, field: Field) -> str:
        """The same with blanks before a number, so that decimal points stand under each other."""
        text = self.text(place, field)
        before = self._points.get(field.title, 0)
        return " " * (before - point_of(text)) + text if before else text

    def wide(self, field: Field) -> int:
        """Columns that the field takes: its title with the sign of its order, and the cells of a sample."""
        if field.title not in self._widths:
            step = max(1, -(-len(self._rows) // SAMPLE))
            sample = range(0, len(self._rows), step)
            if field.column and field.kind is not Kind.DEP:
                values = [self.value(place, field) for place in sample]
                if all(value is None or is_a_number(value) for value in values):
                    self._points[field.title] = max(point_of(self.text(place, field)) for place in sample)
            self._widths[field.title] = width(heading(field)) + 2
            self.widen(field, sample)
        return self._widths[field.title]

    def widen(self, field: Field, places: Iterable[int]) -> None:
        """Make room for cells that come into view and that the sample did not have."""
        known, mark = self.wide(field), self.direction(field) is not None
        if field.title in self._points:
            heads = [point_of(self.text(place, field)) for place in places]
            self._points[field.title] = max([self._points[field.title], *heads])
        least = max((width(self.aligned(place, field)) + mark for place in places), default=0)
        self._widths[field.title] = max(known, least)

    def best(self, field: Field) -> frozenset[int]:
        """Where the best value of a metric is; nowhere when nobody knows which is better."""
        if field.title not in self._best:
            self._best[field.title] = self._find_best(field)
        return self._best[field.title]

    def direction(self, field: Field) -> Direction | None:
        """Which values of a metric are the better ones."""
        if field.column is None:
            return None
        names = (field.column.key, field.column.title, f"{field.column.file}:{field.column.key}")
        asked = Wishes(
            tuple(name for name in self._wishes.minimize if name in names),
            tuple(name for name in self._wishes.maximize if name in names),
        )
        return directions([field.column], asked).get(field.column)

    def value(self, place: int, field: Field) -> Value:
        if field.column is None:
            return FIXED[field.title](self._rows[place])
        if field.kind is Kind.DEP:
            hash = self._rows[place].values.deps.get(field.column.file)
            return hash.value[:SHORT_HASH] if hash else None
        flat = self._file(place, field.column)
        return flat.get(field.column.key) if flat else None

    def _text(self, place: int, field: Field) -> str:
        row = self._rows[place]
        if field.title == "Created" and field.column is None:
            return created(row, self._today)
        if field.title == "Rev" and field.column is None:
            return "" if row.rev == "workspace" else row.rev[:7]
        if field.title == "State" and field.column is None:
            return "" if row.state.value == "success" else row.state.value.capitalize()
        if field.title == "Note" and field.column is None:
            return one_line(row.remark or "")
        if field.column and field.kind is not Kind.DEP and self._file(place, field.column) is None:
            file = self._values_of(place, field.column)
            return shown_cell((file and unread(file)) or Cell(), self._precision)
        return cell(self.value(place, field), self._precision)

    def _file(self, place: int, column: Column) -> Mapping[str, Value] | None:
        """A file of a row, flat; None when it can't be read."""
        key = (place, column.kind, column.file)
        if key not in self._flat:
            if len(self._flat) > _REMEMBERED:
                self._flat.clear()
            file = self._values_of(place, column)
            self._flat[key] = {} if file is None else None if file.error else flatten(file.values)
        return self._flat[key]

    def _values_of(self, place: int, column: Column) -> FileValues | None:
        values = self._rows[place].values
        return (values.metrics if column.kind is Kind.METRIC else values.params).get(column.file)

    def _find_best(self, field: Field) -> frozenset[int]:
        direction = self.direction(field)
        if direction is None or field.column is None or not self._judged:
            return frozenset()
        numbers: dict[int, float] = {}
        for place, row in enumerate(self._rows):
            value = value_in(row, field.column) if row.rev != "workspace" else None
            if isinstance(value, (int, float)) and is_number(value):
                numbers[place] = value
        if len(set(numbers.values())) < 2:
            return frozenset()
        best = min(numbers.values()) if direction is Direction.LOWER else max(numbers.values())
        return frozenset(place for place, value in numbers.items() if value == best)


def heading(field: Field) -> str:
    """The title as it stands over the column. Of a long one the end is kept: it tells params apart."""
    title = one_line(field.title[-200:])
    if width(title) <= WIDEST:
        return title
    while width(title) > WIDEST - 1:
        title = title[1:]
    return f"…{title}"
