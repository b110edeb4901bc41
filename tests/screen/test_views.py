"""The small views: list, log, diff, metrics, status, dag formats, pager."""

from __future__ import annotations

from dataclasses import replace

from gitexp.build.plan import Cause, Reason
from gitexp.build.status import StageStatus
from gitexp.experiment.record import Experiment, FileValues
from gitexp.experiment.table.compare import Change, Comparison, Contrast
from gitexp.experiment.table.history import LogEntry
from gitexp.git.objects import Commit
from gitexp.pipeline.lock import LockEntry
from gitexp.pipeline.stage import Dep, Out, ParamDep, Stage
from gitexp.screen.compare.contrast_view import contrast_table
from gitexp.screen.compare.diff_view import DiffStyle, diff_data, diff_table
from gitexp.screen.compare.metrics_view import metrics_data, metrics_table
from gitexp.screen.dag.formats import to_dot, to_list, to_markdown, to_mermaid
from gitexp.screen.dag.nodes import collapse, narrow, of_outs, of_stages, renamed
from gitexp.screen.history.log_view import log_line, log_paragraph
from gitexp.screen.list_view import list_data, list_lines
from gitexp.screen.panels import Sheet
from gitexp.screen.status_view import status_lines

OTTER = Experiment("otter", "c" * 40, "b" * 40)
CHANGES = (Change("m.json", "acc", 0.5, 0.75, 0.25), Change("m.json", "name", None, "x"))
STYLE = DiffStyle("Metric", "HEAD", "workspace")


def test_experiments_are_listed_under_their_baseline() -> None:
    assert list_lines({"b" * 40: [OTTER], "e" * 40: []}, {"b" * 40: "main"}, {}) == [
        "main:",
        "\tccccccc [otter]",
    ]
    assert list_lines({"b" * 40: [OTTER]}, {}, {"b" * 40: "now main"})[0] == "bbbbbbb (now main):"


def test_the_list_as_data() -> None:
    (found,) = list_data({"b" * 40: [OTTER]}, {"b" * 40: "main"}, {})["baselines"]
    assert found["experiments"] == [{"name": "otter", "rev": "c" * 40, "ref": OTTER.ref}]


def test_a_diff_has_old_new_and_change() -> None:
    assert diff_table(CHANGES, STYLE, False) == [
        "Path    Metric  HEAD  workspace  Change",
        "m.json  acc     0.5   0.75       0.25",
        "m.json  name    -     x          -",
    ]
    assert diff_table((), STYLE, False) == []


def test_a_diff_without_paths_and_change() -> None:
    style = DiffStyle("Param", "a", "b", path=False, change=False)
    assert diff_table(CHANGES, style, False)[1] == "acc    0.5  0.75"


def test_a_diff_as_data_has_a_difference_only_between_numbers() -> None:
    assert diff_data(CHANGES) == {
        "m.json": {
            "acc": {"old": 0.5, "new": 0.75, "diff": 0.25},
            "name": {"old": None, "new": "x"},
        }
    }


def test_of_one_file_the_name_stands_in_the_heading_before_anything_goes_below() -> None:
    found = [Contrast("m.json", "acc", (0.25, 0.5, 0.75)), Contrast("m.json", "n", (1, 2, 3))]
    names = ("first", "second", "third")

    def table(room: int | None, found: list[Contrast] = found) -> list[str]:
        return contrast_table(found, names, replace(STYLE, sheet=Sheet(room)), False, True)

    assert (
        table(36)
        == table(None)
        == [
            "Path    Metric  first  second  third",
            "m.json  acc     0.25   0.5     0.75*",
            "m.json  n       1      2       3",
        ]
    )
    assert table(35) == [
        "m.json  first  second  third",
        "acc     0.25   0.5     0.75*",
        "n       1      2       3",
    ]
    assert table(24)[4:] == ["m.json  third", "acc     0.75*", "n       3"]
    assert (
        table(35, [*found, Contrast("other.json", "x", (1, 2, 3))])[0] == "Path        Metric  first  second"
    )


def test_metrics_commands_round_instead_of_shortening() -> None:
    tiny = (Change("m", "x", 1e-10, 123456.123456789, 1.0),)
    assert diff_table(tiny, DiffStyle("Metric", "a", "b", rounded=True), False)[1].split() == [
        "m",
        "x",
        "0.0",
        "123456.12346",
        "1.0",
    ]


def test_metrics_are_a_row_a_file() -> None:
    metrics = {"": {"a.json": FileValues({"x": 1}), "b.json": FileValues(error=("E", "gone"))}}
    assert metrics_table(metrics, STYLE, False, False) == ["Path    x", "a.json  1", "b.json  -"]
    assert metrics_table(metrics, STYLE, True, True)[0] == "| Revision   | Path   | x   |"
    assert metrics_data(metrics)[""]["data"]["b.json"] == {"error": {"type": "E", "msg": "gone"}}


def entry(message: str, changes: Comparison | None = None) -> LogEntry:
    commit = Commit("c" * 40, "", ("b" * 40,), "Ann", "a@x", 1_700_000_000, "-0330", 0, message)
    return LogEntry(OTTER, commit, changes)


def test_a_log_entry_reads_like_git_log() -> None:
    message = "exp otter: lr=1\n\nmetrics:\n  acc 1 -> 2\n\nGitexp-Name: otter\n"
    assert list(log_paragraph(entry(message), {"b" * 40: "main"}, False)) == [
        f"commit {'c' * 40} (otter)",
        "Baseline: bbbbbbb (main)",
        "Author:   Ann <a@x>",
        "Date:     Tue Nov 14 18:43:20 2023 -0330",
        "",
        "    exp otter: lr=1",
        "",
        "    metrics:",
        "      acc 1 -> 2",
    ]


def test_one_line_is_commit_name_and_what_was_changed() -> None:
    assert log_line(entry("exp otter: lr=1\n\nmore"), False) == "ccccccc (otter) lr=1"


def test_dvcs_empty_messages_are_filled_with_what_changed() -> None:
    changes = Comparison(CHANGES, (Change("params.yaml", "lr", 1, 2, 1),))
    assert log_line(entry("dvc: commit experiment 44136fa", changes), False) == "ccccccc (otter) lr=2"
    text = "\n".join(log_paragraph(entry("dvc: commit experiment 44136fa", changes), {}, False))
    assert "params.yaml  lr  1 -> 2" in text
    assert "m.json  acc   0.5 -> 0.75" in text


def test_escape_codes_in_a_message_are_written_out() -> None:
    assert "\x1b" not in "\n".join(log_paragraph(entry("\x1b[2Jgone"), {}, False))


def test_status_is_in_dvcs_grouping_with_old_and_new() -> None:
    stage = Stage(
        "train",
        "dvc.yaml",
        "x",
        deps=(Dep("data", "data"),),
        params=(ParamDep("params.yaml", "params.yaml", ("lr",)),),
        outs=(Out("model", "model"),),
    )
    reasons = (
        Reason(Cause.DEP_MODIFIED, "data", "1" * 32, "2" * 32),
        Reason(Cause.PARAM_MODIFIED, "params.yaml:lr", 0.1, 0.2),
        Reason(Cause.OUT_DELETED, "model"),
        Reason(Cause.COMMAND, None, "old", "new"),
    )
    recorded = LockEntry("x", params={"params.yaml": {"lr": 0.1}})
    assert list(status_lines([("train", StageStatus(stage, reasons, recorded))])) == [
        "train:",
        "\tchanged deps:",
        "\t\tmodified:           data  (1111111 -> 2222222)",
        "\t\tparams.yaml:",
        "\t\t\tmodified:           lr  (0.1 -> 0.2)",
        "\tchanged outs:",
        "\t\tdeleted:            model",
        "\tchanged command  (old -> new)",
    ]


NODES, PARENTS = ("a", "b", "c", "x"), {"b": ("a",), "c": ("b",)}


def test_dot_has_nodes_then_edges_and_a_blank_line() -> None:
    assert to_dot(("a", 'b"'), {'b"': ("a",)}) == 'strict digraph {\n"a";\n"b\\"";\n"a" -> "b\\"";\n}\n'


def test_mermaid_numbers_nodes_over_all_components() -> None:
    assert to_mermaid(NODES, PARENTS).splitlines() == [
        "flowchart TD",
        '\tnode1["a"]',
        '\tnode2["b"]',
        '\tnode3["c"]',
        "\tnode1-->node2",
        "\tnode2-->node3",
        '\tnode4["x"]',
    ]
    assert to_markdown(("a",), {}) == '```mermaid\nflowchart TD\n\tnode1["a"]\n```'


def test_a_list_names_what_each_node_needs() -> None:
    assert to_list(NODES, PARENTS)[:2] == ["a", "b  <- a"]


STAGES = (
    Stage("make", "dvc.yaml", "x", outs=(Out("raw", "raw"), Out("log", "log"))),
    Stage(
        "fit@a", "dvc.yaml", "x", deps=(Dep("raw/part", "raw/part"),), outs=(Out("ma", "ma"),), group="fit"
    ),
    Stage("fit@b", "dvc.yaml", "x", deps=(Dep("raw", "raw"),), outs=(Out("mb", "mb"),), group="fit"),
    Stage("alone", "dvc.yaml", "x"),
)
UPSTREAM = {"fit@a": ("make",), "fit@b": ("make",)}


def test_outs_are_joined_by_what_their_stage_reads() -> None:
    dag = of_outs(STAGES, UPSTREAM)
    assert dag.nodes == ("raw", "log", "ma", "mb")
    assert dag.parents == {"raw": (), "log": (), "ma": ("raw",), "mb": ("raw",)}


def test_a_target_shows_what_it_needs_and_full_all_that_is_connected() -> None:
    dag = of_stages(STAGES, UPSTREAM)
    assert narrow(dag, ["fit@a"], full=False).nodes == ("make", "fit@a")
    assert narrow(dag, ["fit@a"], full=True).nodes == ("make", "fit@a", "fit@b")


def test_a_foreach_group_can_be_one_node() -> None:
    dag = collapse(of_stages(STAGES, UPSTREAM), {"fit@a": "fit", "fit@b": "fit"})
    assert dag.nodes == ("make", "fit", "alone")
    assert dag.parents["fit"] == ("make",)


def test_nodes_are_renamed_everywhere() -> None:
    dag = renamed(of_stages(STAGES, UPSTREAM), {"make": "sub/dvc.yaml:make"})
    assert dag.parents["fit@a"] == ("sub/dvc.yaml:make",)
