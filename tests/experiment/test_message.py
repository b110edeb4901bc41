"""The commit message of an experiment: read by people, parsed back by programs."""

from __future__ import annotations

import subprocess

from gitexp.experiment.message import Facts, Trailers, compose, edited_paths, parse, subject
from gitexp.experiment.record import FileValues


def test_the_message_says_what_was_changed_and_what_came_out() -> None:
    message = compose(
        Facts("brave-otter", ("train.lr=0.2", "+model.deep=true")),
        {"metrics.json": FileValues({"acc": 0.84, "val": {"loss": 0.123456789}, "list": [1], "none": None})},
        {"metrics.json": FileValues({"acc": 0.81})},
    )
    assert message == (
        "exp brave-otter: train.lr=0.2, +model.deep=true\n"
        "\n"
        "metrics:\n"
        "  metrics.json acc        0.81 -> 0.84\n"
        "  metrics.json val.loss   0.123457\n"
        "\n"
        "Gitexp-Name: brave-otter\n"
        "Gitexp-Override: train.lr=0.2\n"
        "Gitexp-Override: +model.deep=true\n"
    )


def test_a_message_of_the_user_takes_the_place_of_the_subject() -> None:
    message = compose(Facts("e1", ("a=1",), note="try a smaller net\n\nbecause it overfits"))
    assert message.startswith("try a smaller net\n\nbecause it overfits\n\nGitexp-Name: e1\n")
    assert parse(message).overrides == ("a=1",)


def test_without_overrides_the_subject_names_the_edited_files() -> None:
    assert subject(compose(Facts("e1", edited=("train.py",)))) == "exp e1: edited train.py"
    assert subject(compose(Facts("e1"))) == "exp e1: no changes"


def test_a_long_list_of_overrides_is_cut_at_the_width_of_git_log() -> None:
    line = subject(compose(Facts("e1", tuple(f"train.parameter{i}=0.{i}" for i in range(9)))))
    assert line == "exp e1: train.parameter0=0.0, train.parameter1=0.1 and 7 more"


def test_what_was_composed_is_parsed_back() -> None:
    overrides = ("a=1", "b='x: y'", "note=two\nlines", "pad= x ", "file.yaml:k=[1, 2]")
    message = compose(Facts("é", overrides, project="sub/proj"), {"m.json": FileValues(5)})
    assert parse(message) == Trailers("é", overrides, "sub/proj")


def test_git_reads_the_trailers_too() -> None:
    message = compose(Facts("e1", ("a=1",)), {"m.json": FileValues({"x": 1})})
    shown = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=message, capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines() == ["Gitexp-Name: e1", "Gitexp-Override: a=1"]


def test_a_message_of_another_tool_has_no_trailers() -> None:
    assert parse("dvc: commit experiment 44136fa355b3678a1146") == Trailers()


def test_edited_paths_leave_out_what_the_run_made() -> None:
    changed = [
        "train.py",
        "dvc.lock",
        "sub/dvc.lock",
        ".gitignore",
        "metrics.json",
        "plots/a.csv",
        "plots.py",
    ]
    assert edited_paths(changed, ["metrics.json", "plots"]) == ("train.py", "plots.py")


def test_many_metrics_are_cut() -> None:
    message = compose(Facts("e1"), {"m.json": FileValues({f"k{i}": i for i in range(30)})})
    assert "  and 6 more\n" in message
