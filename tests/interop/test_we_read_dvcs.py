"""A repository that DVC filled, read and continued by `exp`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.programs import Dvc, exp_ok, git, names
from tests.repos import copy_of, fixture_repo, make_project

RAN, CACHED, UNCHANGED = "ran", "cached", "unchanged"


@pytest.fixture
def filled(work: Path, once: Path, dvc: Dvc) -> Path:
    """Two experiments of DVC's, and its workspace cleaned up behind it."""

    def fill(project: Path) -> None:
        fixture_repo("get-started", project)
        dvc(project, "exp", "run", "--name", "plain")
        dvc(project, "exp", "run", "--name", "wide", "-S", "train.lr=0.5")
        clean(project)

    return copy_of(once / "filled-by-dvc", fill, work / "project")


def clean(project: Path) -> None:
    """Undo what DVC leaves in the workspace, caches excepted."""
    git(project, "checkout", "-q", ".")
    git(project, "clean", "-fdxq", "-e", ".dvc/cache", "-e", ".dvc/tmp")


def outcomes(project: Path, *words: str) -> dict[str, str]:
    """How every stage of `exp run` ended."""
    lines = [json.loads(line) for line in exp_ok(project, "run", "--json", *words).splitlines()]
    result = next(line for line in lines if line["event"] == "result")
    return {stage["stage"]: stage["outcome"] for stage in result["stages"]}


def test_exp_lists_what_dvc_ran(filled: Path) -> None:
    assert sorted(names(filled)) == ["plain", "wide"]


def test_exp_shows_what_dvc_shows(filled: Path, dvc: Dvc) -> None:
    theirs = without_metadata(dvc(filled, "exp", "show", "--json").json)
    ours = without_metadata(json.loads(exp_ok(filled, "show", "--json")))
    assert ours == theirs


def test_exp_compares_as_dvc_does(filled: Path, dvc: Dvc) -> None:
    theirs = dvc(filled, "exp", "diff", "plain", "wide", "--json").json
    assert json.loads(exp_ok(filled, "diff", "plain", "wide", "--json")) == theirs


def test_exp_applies_what_dvc_ran(filled: Path, dvc: Dvc) -> None:
    exp_ok(filled, "apply", "wide")
    assert "lr: 0.5" in (filled / "params.yaml").read_text()
    assert (filled / "model.txt").exists()
    assert "up to date" in dvc(filled, "status").out


def test_exp_restores_from_dvcs_run_cache_instead_of_running(filled: Path) -> None:
    assert set(outcomes(filled, "-S", "train.lr=0.5").values()) <= {CACHED, UNCHANGED}


def test_after_dvc_repro_and_a_commit_exp_finds_nothing_to_do(project: Path, dvc: Dvc) -> None:
    dvc(project, "repro")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "results")
    assert set(outcomes(project).values()) == {UNCHANGED}


def test_only_what_changed_runs_on_top_of_dvcs_work(filled: Path) -> None:
    assert outcomes(filled, "-S", "train.lr=0.25") == {
        "data_split": CACHED,
        "train": RAN,
        "evaluate": RAN,
    }


def test_exp_runs_a_stage_that_dvc_added_on_data_that_dvc_added(work: Path, dvc: Dvc) -> None:
    project = make_project(work / "added")
    (project / "in.txt").write_text("1\n")
    dvc(project, "add", "in.txt")
    dvc(project, "stage", "add", "-n", "copy", "-d", "in.txt", "-o", "out.txt", "cp in.txt out.txt")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a stage")
    assert outcomes(project)["copy"] == RAN
    assert (project / "in.txt").read_text() == "1\n"


def without_metadata(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as (rev, name, data), newest first within a second undecided: sorted by name."""
    rows = []
    for group in groups:
        found = {"rev": group["rev"], "name": group["name"], "data": group["data"]}
        revs = [rev for row in group["experiments"] or [] for rev in row["revs"]]
        found["experiments"] = sorted(
            [{"rev": rev["rev"], "name": rev["name"], "data": rev["data"]} for rev in revs],
            key=lambda row: str(row["name"]),
        )
        rows.append(found)
    return rows
