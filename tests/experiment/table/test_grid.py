"""The cells of a table by column: the same as those of each row."""

from __future__ import annotations

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, Row, Values
from gitexp.experiment.table.columns import cells_of, differing, find_columns
from gitexp.experiment.table.grid import Grid, cell_of

HASH = Hash("1" * 32)
NAN = float("nan")
BROKEN = FileValues(error=("ParseError", "broken"))
ROWS = [
    Row("1", "a", Values({"p": FileValues({"lr": 1, "deep": {"x": 0.0}})}, {"m": FileValues({"acc": 1.0})})),
    Row("2", "b", Values({"p": FileValues({"lr": 1.0, "deep": {"x": -0.0}})}, {"m": BROKEN})),
    Row("3", "c", Values({"q": FileValues({"lr": 1})}, {"m": FileValues({"acc": 1.0, "nan": NAN})})),
    Row(
        "4",
        "d",
        Values({"p": FileValues({"list": [1]})}, {"m": FileValues({"acc": True, "nan": NAN})}),
    ),
    Row(
        "5", "e", Values({"p": FileValues({"list": [True]})}, {"m": FileValues(7)}, {"data": Hash("1" * 32)})
    ),
    Row("6", "f", Values({}, {"m": BROKEN}, {"data": None, "more": None})),
]


def test_a_grid_has_the_columns_and_cells_of_its_rows() -> None:
    grid = Grid(ROWS)
    columns = find_columns(ROWS)
    assert grid.columns == columns
    by_row = [cells_of(row, columns) for row in ROWS]
    for place, column in enumerate(columns):
        assert [repr(cell_of(value)) for value in grid.values(column)] == [repr(row[place]) for row in by_row]


def test_it_differs_in_what_reads_differently() -> None:
    for rows in (ROWS, ROWS[:2], ROWS[2:4], ROWS[3:5], ROWS[1:2] + ROWS[5:], ROWS[:1]):
        grid, columns = Grid(rows), find_columns(rows)
        expected = differing(columns, [cells_of(row, columns) for row in rows])
        assert {column for column in columns if grid.differs(column)} == expected


def test_without_rows_there_are_no_columns() -> None:
    assert Grid([]).columns == []


def test_of_thousands_of_columns_the_first_of_each_file_are_looked_at() -> None:
    wide = {"b": 0, "deep": {f"k{number:03}": number for number in range(300)}}
    rows = [Row(str(i), None, Values({"p": FileValues(wide), "q": FileValues({"x": i})})) for i in range(3)]
    rows.append(Row("3", None, Values({"p": FileValues({"other": 1, "b": 2})})))
    grid = Grid(rows, most=10)
    assert ([column.key for column in grid.columns][-3:], len(grid.columns)) == (
        ["deep.k007", "deep.k008", "x"],
        11,
    )
    assert grid.unseen == 291 + 1
    assert grid.values(grid.columns[0]) == [0, 0, 0, 2]
    assert (Grid(rows).unseen, len(Grid(rows).columns)) == (0, 303)
