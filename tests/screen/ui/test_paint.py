"""What one sees of the table of `exp ui`."""

from __future__ import annotations

import datetime
import time

from gitexp.experiment.record import Group
from gitexp.screen.cells import width
from gitexp.screen.ui.keys import TABLE, footer, help_lines
from gitexp.screen.ui.paint import Window
from gitexp.screen.ui.pieces import cut_line, lines_of
from gitexp.screen.ui.sheet import Choice, Sheet
from tests.screen.tables import numbered, row

TODAY = datetime.date(2023, 11, 14)
HOSTILE = "a\x1b[31mred\x1b[0m \x1b]0;title\x07[bold]\r\n\t\u202eevil\u200b漢字 <b>"


def window(sheet: Sheet, columns: int = 80, lines: int = 10, unicode: bool = True) -> Window:
    found = Window(sheet, unicode)
    found.width, found.height = columns, lines
    found.follow()
    return found


def text(found: Window) -> list[str]:
    return ["".join(piece for piece, _ in found.line(y)).rstrip() for y in range(found.height)]


def sheet_of(count: int) -> Sheet:
    return Sheet(numbered(count), today=TODAY)


def test_the_table_in_eighty_columns() -> None:
    assert text(window(sheet_of(3), lines=9)) == [
        "                │ metrics  │ params │                    │ params",
        "  Experiment    │ acc      │ lr     │ Created    Rev     │ same",
        "────────────────┼──────────┼────────┼────────────────────┼───────",
        "  workspace     │ 0.5      │ 1      │ -                  │ 1",
        "  main          │ 0.5      │ 1      │ 10:13 PM   6d61696 │ 1",
        "  ├── exp-00000 │ 0        │ 0      │ 10:13 PM   0000000 │ 1",
        "  ├── exp-00001 │ 0.33333  │ 1      │ 10:13 PM   0000000 │ 1",
        "  └── exp-00002 │ 0.66667* │ 2      │ 10:13 PM   0000000 │ 1",
        "",
    ]


def test_everything_fits_the_window_whatever_its_size() -> None:
    for columns in (20, 40, 80, 200):
        for lines in (4, 10, 50):
            found = window(sheet_of(40), columns, lines)
            assert all(width(line) <= columns for line in text(found)), (columns, lines)


def test_the_window_follows_the_cursor_both_ways() -> None:
    sheet = sheet_of(100)
    found = window(sheet)
    sheet.move(50)
    found.follow()
    assert any("exp-00048" in line for line in text(found))
    sheet.move(-1)
    before = found.top
    found.follow()
    assert found.top == before, "nothing moves when it need not"
    sheet.move(10**9)
    found.follow()
    assert "└── exp-00099" in text(found)[-1]
    sheet.move(-(10**9))
    found.follow()
    assert "workspace" in text(found)[3]


def test_columns_scroll_until_the_one_under_the_cursor_is_whole() -> None:
    params = {f"param-{i:03}": i for i in range(60)}
    sheet = Sheet([Group(row("main", {}, params), (row("one", {}, {k: v + 1 for k, v in params.items()}),))])
    found = window(sheet)
    sheet.move_column(40)
    found.follow()
    assert "param-040" in text(found)[1] and "param-000" not in text(found)[1]
    sheet.move_column(-(10**9))
    found.follow()
    assert "param-000" in text(found)[1]


def test_order_best_marks_and_cursor_can_be_told_without_colour() -> None:
    sheet = sheet_of(5)
    sheet.sort()
    sheet.move(2)
    sheet.mark()
    lines = text(window(sheet, lines=12))
    assert "acc▼" in lines[1]
    assert lines[5].startswith("● ├── exp-00004") and "0.8*" in lines[5]
    assert all("reverse" in words for _, words in window(sheet, lines=12).line(5))
    plain = text(window(sheet, lines=12, unicode=False))
    assert all(line.isascii() for line in plain) and plain[5].startswith("* |-- exp-00004")


def test_hostile_content_is_inert_and_keeps_the_columns_aligned() -> None:
    rows = (
        row("one", {"acc": 1}, {HOSTILE: HOSTILE, "big": "x" * 10_000_000}),
        row("漢字", {"acc": float("nan")}, {HOSTILE: [HOSTILE], "big": ["y"] * 1000}),
    )
    found = window(Sheet([Group(row("main", {}, {}), rows)], today=TODAY), 200, 8)
    lines = ["".join(piece for piece, _ in found.line(y)) for y in range(7)]
    assert all(line.isprintable() for line in lines)
    bars = [[width(line[:i]) for i, sign in enumerate(line) if sign in "│┼"] for line in lines[1:6]]
    assert bars[0] and all(found == bars[0] for found in bars)


def test_ten_thousand_rows_cost_what_a_screen_costs() -> None:
    sheet = Sheet(numbered(10_000))
    found = window(sheet, 200, 50)
    text(found)
    began = time.process_time()
    for _ in range(20):
        sheet.move(400)
        found.follow()
        text(found)
    assert time.process_time() - began < 2.0, "0.1 s for a page would be felt; it takes about 0.005"


def test_painted_lines_become_pieces_and_nothing_else_is_obeyed() -> None:
    (line,) = lines_of(["\x1b[1mone\x1b[0m two \x1b[31mred\x1b[0m\x1b[2J"])
    assert line == [("one", "bold"), (" two ", ""), ("red", "red"), ("\\x1b[2J", "")]
    assert cut_line(line, 5) == [("wo ", ""), ("red", "red"), ("\\x1b[2J", "")]
    assert cut_line([("漢字", "")], 1) == [("字", "")]


def test_the_footer_fits_and_the_help_names_every_key() -> None:
    assert sum(width(piece) for piece, _ in footer(TABLE, 80)) <= 80
    told = "\n".join("".join(piece for piece, _ in line) for line in help_lines())
    assert all(one.tells in told for one in TABLE)
    assert all(width(line) <= 80 for line in told.split("\n"))
    assert Choice().where == ""
