"""The table of `exp ui`: what filter, order, marks and hidden columns make of its rows."""

from __future__ import annotations

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.record import Group, State
from gitexp.experiment.table.best import Wishes
from gitexp.screen.ui.sheet import Choice, Sheet
from tests.screen.tables import numbered, row


def names(sheet: Sheet) -> list[str]:
    return [line.row.name or line.row.rev for line in sheet.lines]


def go_to(sheet: Sheet, title: str) -> None:
    sheet.column = [field.title for field in sheet.fields].index(title)


def small() -> Sheet:
    rows = (
        row("otter", {"acc": 0.75}, {"lr": 0.1, "arch": "vit", "same": 1}),
        row("fox", {"acc": 0.5}, {"lr": 0.3, "arch": "vit", "same": 1}),
        row("bear", {}, {"lr": 0.2, "arch": "cnn", "same": 1}),
    )
    head = row("main", {"acc": 0.6}, {"lr": 0.1, "arch": "cnn", "same": 1})
    return Sheet(
        [Group(row(None, {}, {"lr": 0.1, "arch": "cnn", "same": 1}, rev="workspace")), Group(head, rows)]
    )


def test_metrics_and_what_differs_come_first_deps_are_hidden() -> None:
    sheet = small()
    assert [field.title for field in sheet.fields] == ["acc", "lr", "arch", "Created", "Rev", "same"]
    assert [field.title for field in sheet.all_fields][-1] == "data.csv"


def test_sorting_a_metric_begins_with_the_better_ones_turns_and_ends() -> None:
    sheet = small()
    sheet.sort()
    assert names(sheet) == ["workspace", "main", "otter", "fox", "bear"]
    sheet.sort()
    assert names(sheet) == ["workspace", "main", "fox", "otter", "bear"], "what has no value comes last"
    sheet.sort()
    assert names(sheet) == ["workspace", "main", "otter", "fox", "bear"] and sheet.choice.keys == ()


def test_a_second_key_orders_what_the_first_leaves_alike() -> None:
    sheet = small()
    go_to(sheet, "arch")
    sheet.sort()
    go_to(sheet, "lr")
    sheet.sort(also=True)
    assert names(sheet)[2:] == ["bear", "otter", "fox"]
    sheet.sort(also=True)
    assert names(sheet)[2:] == ["bear", "fox", "otter"]


def test_deps_have_no_order() -> None:
    sheet = small()
    sheet.show_fields(["data.csv"])
    with pytest.raises(ExpError, match="hashes"):
        sheet.sort()


def test_a_filter_is_that_of_show_and_a_wrong_one_changes_nothing() -> None:
    sheet = small()
    sheet.change(where='lr > 0.1 and arch == "vit"')
    assert names(sheet) == ["workspace", "main", "fox"] and (sheet.shown, sheet.total) == (1, 3)
    for wrong in ("lr >", "nowhere == 1"):
        with pytest.raises(ExpError):
            sheet.change(where=wrong)
        assert names(sheet) == ["workspace", "main", "fox"] and sheet.choice.where.startswith("lr > 0.1")


def test_marks_and_the_row_under_the_cursor_stay_with_their_rows() -> None:
    sheet = small()
    sheet.move(2)
    sheet.mark()
    sheet.move(1)
    assert sheet.row.name == "fox"
    sheet.change(where="lr > 0.1")
    assert sheet.row.name == "fox" and [row.name for row in sheet.marks.values()] == ["otter"]
    sheet.change(where="", only_marked=True)
    assert names(sheet) == ["workspace", "main", "otter"]


def test_new_rows_leave_filter_cursor_marks_and_columns_where_they_are() -> None:
    sheet = small()
    sheet.move(3)
    sheet.mark()
    go_to(sheet, "arch")
    assert sheet.hide() is not None
    before = [field.title for field in sheet.fields]
    head, rows = sheet.groups[1].head, sheet.groups[1].rows
    new = row("newt", {"acc": 0.9}, {"lr": 0.4, "arch": "vit", "same": 1})
    sheet.load([sheet.groups[0], Group(head, (new, *rows))])
    assert sheet.row.name == "fox" and [row.name for row in sheet.marks.values()] == ["fox"]
    assert [field.title for field in sheet.fields] == before
    sheet.load([sheet.groups[0], Group(head, (new,))])
    assert sheet.marks == {} and sheet.cursor == 2


def test_a_filter_that_fits_the_new_rows_no_longer_is_dropped_and_told() -> None:
    sheet = small()
    sheet.change(where="arch == 'vit'")
    with pytest.raises(ExpError, match="arch"):
        sheet.load([Group(row("main", {}, {"lr": 1}), (row("one", {}, {"lr": 2}),))])
    assert sheet.choice.where == "" and names(sheet) == ["main", "one"]


def test_compared_are_the_marked_or_the_one_and_its_baseline() -> None:
    sheet = small()
    sheet.move(3)
    assert [row.name for row in sheet.compared()] == ["main", "fox"]
    sheet.mark()
    sheet.move(1)
    assert [row.name for row in sheet.compared()] == ["fox", "bear"]
    sheet.mark()
    sheet.move(-2)
    sheet.mark()
    assert [row.name for row in sheet.compared()] == ["otter", "fox", "bear"], "as they stand"


def test_the_last_column_stays() -> None:
    sheet = small()
    hidden = [sheet.hide() for _ in range(20)]
    assert hidden[-1] is None and len(sheet.fields) == 1
    sheet.unhide()
    assert "data.csv" not in [field.title for field in sheet.fields] and len(sheet.fields) == 6


def test_one_list_of_all_baselines() -> None:
    groups = [
        Group(row("new", {}, {"lr": 0}), (row("a", {}, {"lr": 3}), row("b", {}, {"lr": 1}))),
        Group(row("old", {}, {"lr": 0}), (row("c", {}, {"lr": 2}),)),
    ]
    sheet = Sheet(groups)
    go_to(sheet, "lr")
    sheet.sort()
    assert names(sheet) == ["new", "b", "a", "old", "c"]
    sheet.change(flat=True)
    assert names(sheet) == ["new", "old", "b", "c", "a"]


def test_entries_of_a_queue_share_a_commit_and_are_told_apart() -> None:
    waiting = tuple(row(name, {}, {"lr": 1}, rev="c" * 40, state=State.QUEUED) for name in ("one", "two"))
    sheet = Sheet([Group(row("main", {}, {"lr": 0}), waiting)])
    sheet.move(1)
    sheet.mark()
    assert [row.name for row in sheet.marks.values()] == ["one"]


def test_a_param_that_is_called_like_a_fixed_column_has_its_file_before_it() -> None:
    sheet = Sheet([Group(row("main", {}, {"Rev": 1, "Note": 2}))])
    assert [field.title for field in sheet.fields] == [
        "params.yaml:Rev",
        "params.yaml:Note",
        "Created",
        "Rev",
    ]


def test_wishes_decide_what_is_best() -> None:
    sheet = Sheet(numbered(10), Choice(), Wishes(minimize=("acc",)))
    assert sheet.cells.best(sheet.fields[0]) == {2}
