"""`exp show`: the table that people read, and what programs get."""

from __future__ import annotations

import datetime
import json

import pytest

from gitexp.content import Hash
from gitexp.experiment.record import FileValues, Group, OutState, Row, State, Values
from gitexp.experiment.table.columns import all_rows, choose_columns
from gitexp.experiment.table.grid import Grid
from gitexp.screen.cells import width
from gitexp.screen.show.data import show_csv_rows, show_json, show_markdown
from gitexp.screen.show.fit import Look
from gitexp.screen.show.table import show_table
from gitexp.screen.ui.sheet import Sheet
from tests.screen.tables import numbered

TODAY = datetime.date(2023, 11, 14)
TIME = 1_700_000_000  # 22:13 UTC on that day


def row(rev: str, name: str | None, acc: float | None, lr: object, **more: object) -> Row:
    values = Values(
        params={"params.yaml": FileValues({"lr": lr, "same": 1})},
        metrics={"m.json": FileValues({} if acc is None else {"acc": acc})},
        deps={"data.csv": Hash("d41d8cd98f00b204e9800998ecf8427e", size=3)},
        outs={"model": OutState(None, True, False)},
        timestamp=None if rev == "workspace" else TIME,
    )
    return Row(rev, name, values, **more)  # type: ignore[arg-type]


GROUPS = [
    Group(row("workspace", None, 0.5, 0.1)),
    Group(
        row("b" * 40, "main", 0.123456789, 0.1),
        (row("c" * 40, "otter", 0.75, [1, 2]), row("d" * 40, "fox", None, 0.3)),
    ),
]


def grid(groups: list[Group]) -> Grid:
    return Grid(list(all_rows(groups)))


def table(
    groups: list[Group], room: int | None = None, unicode: bool = True, colour: bool = False
) -> list[str]:
    columns = choose_columns(list(all_rows(groups)))
    return list(show_table(groups, grid(groups), columns, Look(room, colour, unicode, 5, TODAY)))


def of_files(name: str, metrics: dict[str, object], **params: dict[str, object]) -> Row:
    """An experiment with metrics, and params by file."""
    files = {file: FileValues(values) for file, values in params.items()}
    return Row(name[0] * 40, name, Values(files, {"m": FileValues(metrics)}, timestamp=TIME))


def test_metrics_params_and_deps_stand_in_groups_of_their_own() -> None:
    assert table(GROUPS) == [
        "                              │ metrics │ params       │ deps",
        "Experiment  Rev      Created  │ acc     │ lr      same │ data.csv",
        "──────────────────────────────┼─────────┼──────────────┼─────────",
        "workspace            -        │ 0.5     │ 0.1     1    │ d41d8cd",
        "main        bbbbbbb  10:13 PM │ 0.12346 │ 0.1     1    │ d41d8cd",
        "├── otter   ccccccc  10:13 PM │ 0.75*   │ [1, 2]  1    │ d41d8cd",
        "└── fox     ddddddd  10:13 PM │ -       │ 0.3     1    │ d41d8cd",
        "",
        "* best: highest acc",
    ]


def test_a_narrow_table_hides_what_is_the_same_and_says_so() -> None:
    lines = table(GROUPS, room=60)
    assert lines[1] == "Experiment  Rev      Created  │ acc     │ lr"
    assert lines[-1] == "2 columns not shown, the same in all rows: same, data.csv"


def test_what_has_no_room_is_named_as_far_as_there_is_room() -> None:
    params = {f"parameter_{i}": i for i in range(9)}
    other = dict.fromkeys(params, 0)
    rows = [
        Row(name * 40, name, Values(params={"p": FileValues(values)}, timestamp=TIME))
        for name, values in (("a", params), ("b", other))
    ]
    lines = table([Group(rows[0], (rows[1],))], room=60)
    assert lines[-2] == "4 columns not shown, no room for: parameter_8 and 3 more"
    assert lines[-1] == "`exp show --wide` shows all; --columns, --drop and --keep choose."


def test_long_titles_stand_on_several_lines_where_room_is_short() -> None:
    rows = [
        of_files(name, {"val.f1-macro-averaged": number, "acc": number}, p={"model.encoder.layers": number})
        for name, number in (("base", 0), ("one", 1), ("two", 2))
    ]
    assert table([Group(rows[0], (rows[1], rows[2]))], room=40)[:6] == [
        "           │ metrics       │ params",
        "           │ val.f1-       │ model.",
        "           │ macro-        │ encoder.",
        "Experiment │ averaged  acc │ layers",
        "───────────┼───────────────┼─────────",
        "base       │ 0         0   │ 0",
    ]


def test_metrics_and_params_give_way_in_turn() -> None:
    rows = [
        of_files(name, {f"m{i}": number for i in range(9)}, p={f"p{i}": number for i in range(9)})
        for name, number in (("base", 0), ("one", 1))
    ]
    titles = table([Group(rows[0], (rows[1],))], room=40)[1].split("│")
    assert [one.split() for one in titles[1:]] == [["m0", "m1", "m2", "m3"], ["p0", "p1", "p2"]]


def test_a_param_that_another_file_repeats_goes_first() -> None:
    logged = {"lr": 2, "depth": 3}
    rows = [
        of_files("base", {"acc": 1}, p={"train": {"lr": 1, "depth": 2}}),
        of_files("one", {"acc": 2}, p={"train": logged}, live=logged),
    ]
    lines = table([Group(rows[0], (rows[1],))], room=50)
    assert lines[-1] == "2 columns not shown, equal to others: lr, depth"
    assert "train.lr  train.depth" in lines[1] or "depth" in lines[2]


def test_colour_tells_what_differs_from_the_baseline_and_how_a_run_ended() -> None:
    groups = [
        Group(
            row("b" * 40, "main", 0.9, 0.1),
            (row("c" * 40, "as-before", 0.5, 0.1), row("d" * 40, "bad", None, 3, state=State.FAILED)),
        )
    ]
    lines = table(groups, colour=True)
    assert "\x1b[2m0.1\x1b[0m" in lines[4], "the baseline's value is pale"
    assert "\x1b[2m3\x1b[0m" not in lines[5]
    assert "Failed" in lines[5].replace("\x1b[", "").partition("m")[2]
    bold, best = lines[3].split("0.9*")
    assert bold.startswith("\x1b[1m") and best.startswith("\x1b[0;1m"), "bold to the end of the line"


@pytest.mark.parametrize("room", [20, 30, 40, 60, 80])
def test_it_fits_whatever_the_width(room: int) -> None:
    many = {f"metric_{i}": i for i in range(30)}
    first, second = (
        Row(name, name, Values(metrics={"m": FileValues(values)}, timestamp=TIME))
        for name, values in (("a" * 60, many), ("b", dict.fromkeys(many, -1)))
    )
    lines = table([Group(first, (second,))], room)
    assert max(map(width, lines[:5])) <= max(room, 24)


def test_without_unicode_the_lines_are_ascii() -> None:
    assert "\n".join(table(GROUPS, unicode=False)).isascii()


def test_failed_rows_have_a_state() -> None:
    lines = table([Group(GROUPS[1].head, (row("c" * 40, "bad", None, 1, state=State.FAILED),))])
    assert "State" in lines[1]
    assert "Failed" in lines[4]


def test_names_and_values_cannot_inject_escape_codes_or_markup() -> None:
    hostile = row("c" * 40, "\x1b[31m[red]", 1.0, "\x1b]0;x\x07[bold]")
    text = "\n".join(table([Group(hostile)]))
    assert "\x1b" not in text
    assert "[red]" in text and "[bold]" in text


def test_the_json_is_dvcs() -> None:
    (workspace, main) = json.loads("".join(show_json(GROUPS)))
    assert workspace["name"] is None and workspace["experiments"] is None
    assert workspace["data"]["timestamp"] is None
    assert main["data"] == {
        "rev": "b" * 40,
        "timestamp": "2023-11-14T22:13:20",
        "params": {"params.yaml": {"data": {"lr": 0.1, "same": 1}}},
        "metrics": {"m.json": {"data": {"acc": 0.123456789}}},
        "deps": {"data.csv": {"hash": "d41d8cd98f00b204e9800998ecf8427e", "size": 3, "nfiles": None}},
        "outs": {
            "model": {
                "hash": None,
                "size": None,
                "nfiles": None,
                "use_cache": True,
                "is_data_source": False,
            }
        },
        "meta": {},
    }
    assert [found["name"] for found in main["experiments"]] == ["otter", "fox"]
    assert main["experiments"][0]["executor"] is None


def test_the_json_of_failures_and_errors() -> None:
    bad = row("c" * 40, "bad", None, 1, state=State.FAILED, error="Experiment run failed")
    broken = Row("d" * 40, None, Values(error="dvc.yaml:1: broken"))
    (main,) = json.loads("".join(show_json([Group(broken, (bad,))])))
    assert (main["data"], main["error"]["msg"]) == (None, "dvc.yaml:1: broken")
    assert main["experiments"][0]["executor"] == {"state": "failed", "name": None, "local": None}
    assert main["experiments"][0]["revs"][0]["error"] == {"msg": "Experiment run failed", "type": ""}


def test_the_csv_is_dvcs() -> None:
    columns = choose_columns(list(all_rows(GROUPS)), drop=["same", "data"])
    assert list(show_csv_rows(GROUPS, grid(GROUPS), columns)) == [
        ["Experiment", "rev", "typ", "Created", "parent", "acc", "lr"],
        ["", "workspace", "baseline", "", "", "0.5", "0.1"],
        ["", "main", "baseline", "2023-11-14T22:13:20", "", "0.123456789", "0.1"],
        ["otter", "ccccccc", "branch_commit", "2023-11-14T22:13:20", "", "0.75", "[1, 2]"],
        ["fox", "ddddddd", "branch_base", "2023-11-14T22:13:20", "", "", "0.3"],
    ]


def test_the_markdown_table() -> None:
    columns = choose_columns(list(all_rows(GROUPS)), keep=["acc"], drop=[""])
    assert show_markdown(GROUPS, grid(GROUPS), columns, TODAY, 3)[2:] == [
        "| workspace           | -         | 0.5   |",
        "| main                | 10:13 PM  | 0.123 |",
        "| ├── ccccccc [otter] | 10:13 PM  | 0.75  |",
        "| └── ddddddd [fox]   | 10:13 PM  | -     |",
    ]


def test_the_best_of_a_metric_is_marked_and_the_params_that_differ_come_first() -> None:
    def one(name: str, **metrics: object) -> Row:
        params = FileValues({"a": 1, "lr": name})
        return Row(name * 40, name, Values({"p": params}, {"m": FileValues(metrics)}, timestamp=TIME))

    groups = [Group(one("a", loss=3.0, acc=0.5), (one("b", loss=1.0, acc=0.5), one("c", loss=1.0, acc=0.25)))]
    lines = table(groups)
    assert [line[32:] for line in lines[1:6]] == [
        "loss  acc  │ lr  a",
        "───────────┼───────",
        "3     0.5* │ a   1",
        "1*    0.5* │ b   1",
        "1*    0.25 │ c   1",
    ]
    assert lines[-1] == "* best: lowest loss, highest acc"


def test_a_value_as_long_as_a_book_takes_one_line_of_bounded_width() -> None:
    long = Row("e" * 40, "long", Values(metrics={"m": FileValues({"text": "x\n" * 1_000_000})}))
    lines = table([Group(long)])
    assert max(map(width, lines)) < 300


def test_thousands_of_columns_are_fitted_and_counted() -> None:
    one, two = (
        Row(name * 40, name, Values(metrics={"m": FileValues({f"x{i}": (name, i) for i in range(3000)})}))
        for name in "ab"
    )
    lines = table([Group(one, (two,))], room=80)
    assert max(map(width, lines)) <= 80
    shown = lines[1].count("x") - lines[1].count("Ex")
    assert lines[-2].startswith(f"{3000 - shown} columns not shown, no room for")


def test_the_first_picture_of_many_is_of_the_first_and_calls_nobody_the_best() -> None:
    groups = numbered(50)
    few = [groups[0], Group(groups[1].head, groups[1].rows[:5])]
    sheet = Sheet(few, beyond=45)
    assert (sheet.total, sheet.shown) == (50, 50)
    assert all(not sheet.cells.best(field) for field in sheet.fields)
    assert any(Sheet(groups).cells.best(field) for field in sheet.fields)
