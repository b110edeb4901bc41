"""The commands that show, as users call them: list, show, log, diff, metrics, params, status, dag."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.programs import EXP, exp, exp_ok, git
from tests.repos import copy_of, make_project

FILES = {
    "dvc.yaml": """\
stages:
  prepare:
    cmd: cp raw.txt data.txt
    deps: [raw.txt]
    outs: [data.txt]
  train:
    cmd: sed 's/lr/acc/' params.yaml > metrics.yaml
    deps: [data.txt]
    params: [lr]
    metrics:
    - metrics.yaml: {cache: false}
""",
    "params.yaml": "lr: 1\n",
    "raw.txt": "raw\n",
}


@pytest.fixture
def project(work: Path, once: Path) -> Path:
    """A project with the experiments `one` (lr=2) and `two` (lr=3)."""

    def make(path: Path) -> None:
        make_project(path, FILES)
        exp_ok(path, "run", "-n", "one", "-S", "lr=2")
        exp_ok(path, "run", "-n", "two", "-S", "lr=3")

    return copy_of(once / "browse", make, work)


def test_list_names_experiments_under_their_baseline(project: Path) -> None:
    lines = exp_ok(project, "list").splitlines()
    assert lines[0] == "main:"
    assert sorted(line.split()[1] for line in lines[1:]) == ["[one]", "[two]"]
    assert sorted(exp_ok(project, "list", "--name-only").split()) == ["one", "two"]
    commits = exp_ok(project, "list", "--sha-only").split()
    assert {git(project, "cat-file", "-t", commit) for commit in commits} == {"commit"}


def test_list_of_another_baseline_and_of_all(project: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "next")
    assert exp_ok(project, "list") == ""
    assert len(exp_ok(project, "list", "-A", "--name-only").split()) == 2
    assert len(exp_ok(project, "list", "-n", "2", "--name-only").split()) == 2
    assert len(exp_ok(project, "list", "--rev", "HEAD^", "--name-only").split()) == 2


def test_list_of_a_remote(project: Path, tmp_path: Path) -> None:
    git(project, "init", "-q", "--bare", str(tmp_path / "far"))
    git(project, "remote", "add", "far", str(tmp_path / "far"))
    assert exp_ok(project, "list", "far") == ""
    git(project, "push", "-q", "far", "refs/exps/*:refs/exps/*")
    assert len(exp_ok(project, "list", "far", "--name-only").split()) == 2
    assert exp(project, "list", "nowhere").code == 1


def test_show_is_a_tree_of_rows(project: Path) -> None:
    lines = exp_ok(project, "show").splitlines()
    assert lines[3].startswith("workspace") and lines[4].startswith("main")
    assert {lines[5].split()[1], lines[6].split()[1]} == {"one", "two"}


def test_show_as_csv_and_json(project: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exp_ok(project, "show", "--csv", "--sort-by", "acc"))))
    assert [(row["Experiment"], row["acc"], row["lr"]) for row in rows[2:]] == [
        ("one", "2", "2"),
        ("two", "3", "3"),
    ]
    (workspace, main) = json.loads(exp_ok(project, "show", "--json"))
    assert workspace["rev"] == "workspace"
    assert {one["name"] for one in main["experiments"]} == {"one", "two"}


def test_show_sorted_the_other_way(project: Path) -> None:
    text = exp_ok(project, "show", "--md", "--sort-by", "lr", "--sort-order", "desc")
    assert text.index("[two]") < text.index("[one]")
    assert exp(project, "show", "--sort-order", "up").code == 1


def test_log_is_newest_first_and_can_be_cut(project: Path) -> None:
    assert exp_ok(project, "log", "--oneline", "-n", "1").count("\n") == 1
    assert "lr=2" in exp_ok(project, "log", "one")
    assert "+lr: 2" in exp_ok(project, "log", "-p", "one")


def test_log_into_head_is_no_error(project: Path) -> None:
    command = f"{' '.join(EXP)} log -p | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=project, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_diff_of_two_experiments(project: Path) -> None:
    assert json.loads(exp_ok(project, "diff", "one", "two", "--json")) == {
        "metrics": {"metrics.yaml": {"acc": {"old": 2, "new": 3, "diff": 1}}},
        "params": {"params.yaml": {"lr": {"old": 2, "new": 3, "diff": 1}}},
    }
    assert exp_ok(project, "diff", "one", "two").splitlines()[0].split() == [
        "Path",
        "Metric",
        "one",
        "two",
        "Change",
    ]
    assert exp_ok(project, "diff") == ""


def test_diff_of_three_revisions_has_a_column_each(project: Path) -> None:
    assert exp_ok(project, "diff", "HEAD", "one", "two").splitlines() == [
        "Path          Metric  HEAD  one  two",
        "metrics.yaml  acc     -     2    3*",
        "",
        "Path         Param  HEAD  one  two",
        "params.yaml  lr     1     2    3",
    ]
    assert json.loads(exp_ok(project, "diff", "HEAD", "one", "two", "--json"))["params"] == {
        "params.yaml": {"lr": {"HEAD": 1, "one": 2, "two": 3}}
    }
    assert exp(project, "diff", "HEAD", "one", "two", "-p").code == 2


def test_diff_shows_code_and_data_on_request(project: Path) -> None:
    lines = exp_ok(project, "diff", "one", "two", "-p", "--data").splitlines()
    assert "-lr: 2" in lines
    assert "+lr: 3" in lines
    assert not any("dvc.lock" in line for line in lines)
    assert "No data differs." in lines
    found = json.loads(exp_ok(project, "diff", "HEAD", "one", "--data", "-p", "--json"))
    assert [item["path"] for item in found["data"]["added"]] == ["data.txt"]
    assert "+lr: 2" in found["patch"]


def test_diff_of_an_unknown_name_says_what_is_near(project: Path) -> None:
    done = exp(project, "diff", "onee")
    assert done.code == 1
    assert "did you mean `one`" in done.err


def test_metrics_and_params(project: Path) -> None:
    assert json.loads(exp_ok(project, "params", "diff", "one", "--json")) == {
        "params.yaml": {"lr": {"old": 2, "new": 1, "diff": -1}}
    }
    assert json.loads(exp_ok(project, "metrics", "diff", "one", "two", "--json")) == {
        "metrics.yaml": {"acc": {"old": 2, "new": 3, "diff": 1}}
    }
    missing = exp(project, "metrics", "show", "--json")
    assert missing.json[""]["data"]["metrics.yaml"]["error"]["type"] == "FileNotFoundError"
    assert missing.code == 0


def test_status_says_what_changed_and_how(project: Path) -> None:
    exp_ok(project, "apply", "one")
    assert exp_ok(project, "status") == "Data and pipelines are up to date.\n"
    (project / "params.yaml").write_text("lr: 5\n")
    assert exp_ok(project, "status").splitlines() == [
        "train:",
        "\tchanged deps:",
        "\t\tparams.yaml:",
        "\t\t\tmodified:           lr  (2 -> 5)",
    ]
    assert exp(project, "status", "--json").json == {
        "train": [{"changed deps": {"params.yaml": {"lr": "modified"}}}]
    }
    assert exp(project, "status", "-q").code == 1


def test_dag_draws_on_a_pipe_too(project: Path) -> None:
    assert exp_ok(project, "dag", env={"PYTHONIOENCODING": "utf-8"}).splitlines()[:2] == [
        "┌─────────┐",
        "│ prepare │",
    ]
    assert exp_ok(project, "dag", env={"PYTHONIOENCODING": "ascii"}).splitlines()[0] == "+---------+"


def test_dag_in_other_formats_and_of_a_target(project: Path) -> None:
    assert exp_ok(project, "dag", "--dot") == (
        'strict digraph {\n"prepare";\n"train";\n"prepare" -> "train";\n}\n\n'
    )
    assert '"train"' not in exp_ok(project, "dag", "--dot", "prepare")
    assert '"data.txt" -> "metrics.yaml"' in exp_ok(project, "dag", "--dot", "--outs")
    assert exp(project, "dag", "nosuch").code == 1


def test_from_a_subfolder_stages_are_named_as_seen_from_there(project: Path) -> None:
    (project / "sub").mkdir()
    assert '"../dvc.yaml:prepare"' in exp_ok(project / "sub", "dag", "--dot")


def test_log_of_one_experiment_tells_it_whole(project: Path) -> None:
    lines = exp_ok(project, "log", "two").splitlines()
    sections = {lines[i - 1]: line.split() for i, line in enumerate(lines) if lines[i - 1].endswith(":")}
    assert sections["Overrides:"] == ["-S", "lr=3"]
    assert sections["Params that differ from the baseline:"] == ["params.yaml", "lr", "1", "->", "3", "+2"]
    assert sections["Metrics:"] == ["metrics.yaml", "acc", "3"]
    assert sections["Stages:"][:1] == ["prepare"]
    found = json.loads(exp_ok(project, "log", "two", "--json"))
    assert (found["name"], found["overrides"]) == ("two", ["lr=3"])
    assert [(stage["stage"], stage["status"]) for stage in found["stages"]] == [
        ("prepare", "cached"),
        ("train", "ran"),
    ]
    for command in found["reproduce"].split(" && "):
        program, *words = command.split()
        (git if program == "git" else exp_ok)(project, *words)


def test_log_can_be_narrowed_by_author_time_and_path(project: Path) -> None:
    def names(*words: str) -> list[str]:
        lines = map(json.loads, exp_ok(project, "log", "--json", *words).splitlines())
        return sorted(line["name"] for line in lines if line["event"] == "experiment")

    assert names() == ["one", "two"]
    assert names("--author", "ANN@") == ["one", "two"]
    assert names("--author", "bob") == []
    assert names("--since", "2 days ago") == ["one", "two"]
    assert names("params.yaml") == ["one", "two"]
    assert names("--", "raw.txt") == []
    assert len(names("-n", "1")) == 1
    assert exp(project, "log", "--since", "whenever").code == 2


def test_log_draws_experiments_on_their_baselines(project: Path) -> None:
    git(project, "commit", "-q", "--allow-empty", "-m", "between")
    git(project, "commit", "-q", "--allow-empty", "-m", "next")
    exp_ok(project, "run", "-n", "three", "-S", "lr=4")
    lines = exp_ok(project, "log", "--graph", "-A").splitlines()
    shown = [re.sub(r"\b[0-9a-f]{7} ", "", line).strip() for line in lines]
    assert [*shown[:4], *sorted(shown[4:6]), *shown[6:]] == [
        "○ (three) lr=4",
        "╭─╯",
        "● (main) next",
        "┆ 1 commit",
        "│ ○ (one) lr=2",
        "│ ○ (two) lr=3",
        "├─╯",
        "● first",
    ]


def test_log_shows_what_changed(project: Path) -> None:
    lines = exp_ok(project, "log", "one", "--stat", "-p").splitlines()
    assert any("params.yaml" in line and "|" in line for line in lines)
    assert "+lr: 2" in lines


def test_remove_tells_programs_what_is_gone(project: Path) -> None:
    removed = json.loads(exp_ok(project, "remove", "one", "two", "--json"))["removed"]
    assert sorted(one["name"] for one in removed) == ["one", "two"]
    assert json.loads(exp_ok(project, "remove", "-A", "--json"))["removed"] == []


def test_rename_and_branch_tell_programs_what_they_made(project: Path) -> None:
    renamed = json.loads(exp_ok(project, "rename", "one", "uno", "--json"))
    assert renamed["ref"] == f"refs/exps/{renamed['baseline'][:2]}/{renamed['baseline'][2:]}/uno"
    made = json.loads(exp_ok(project, "branch", "uno", "--json"))
    assert made == {
        "schema": 1,
        "name": "uno-branch",
        "rev": renamed["rev"],
        "ref": "refs/heads/uno-branch",
    }
