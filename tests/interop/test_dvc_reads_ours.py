"""A repository that `exp` filled, read and changed by DVC."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.programs import Dvc, exp_ok, git, names
from tests.repos import copy_of, fixture_repo

CLEAN = "Data and pipelines are up to date.\n"


@pytest.fixture
def filled(work: Path, once: Path) -> Path:
    """Three experiments: one as it stands, two of a sweep."""

    def make(path: Path) -> None:
        fixture_repo("get-started", path)
        exp_ok(path, "run", "--name", "plain")
        exp_ok(path, "run", "--name", "wide", "-S", "train.lr=0.5")
        exp_ok(path, "run", "--name", "more", "-S", "split.rows=7", "-S", "train.epochs=5")

    return copy_of(once / "three", make, work / "project")


def shown(data: list[dict[str, Any]]) -> dict[str, tuple[Any, Any]]:
    """name -> (metrics, params) of every experiment of `exp show --json`."""
    found = {}
    for group in data:
        for row in group["experiments"] or []:
            for rev in row["revs"]:
                found[rev["name"]] = (rev["data"]["metrics"], rev["data"]["params"])
    return found


def test_dvc_lists_what_exp_ran(filled: Path, dvc: Dvc) -> None:
    listed = dvc(filled, "exp", "list", "--name-only").out.split()
    assert sorted(listed) == sorted(names(filled)) == ["more", "plain", "wide"]


def test_dvc_shows_the_same_metrics_and_params(filled: Path, dvc: Dvc) -> None:
    theirs = shown(dvc(filled, "exp", "show", "--json").json)
    ours = shown(json.loads(exp_ok(filled, "show", "--json")))
    assert set(theirs) == {"plain", "wide", "more"}
    assert ours == theirs


def test_dvc_compares_two_of_ours_as_we_do(filled: Path, dvc: Dvc) -> None:
    theirs = dvc(filled, "exp", "diff", "plain", "wide", "--json").json
    assert theirs["params"]["params.yaml"]["train.lr"]["new"] == 0.5
    assert json.loads(exp_ok(filled, "diff", "plain", "wide", "--json")) == theirs


@pytest.mark.parametrize("name", ["plain", "more"])
def test_dvc_applies_ours_and_finds_nothing_to_do(name: str, filled: Path, dvc: Dvc) -> None:
    dvc(filled, "exp", "apply", name)
    recorded = git(filled, "show", f"{ref(filled, name)}:metrics.json")
    assert (filled / "metrics.json").read_text() == f"{recorded}\n"
    assert dvc(filled, "status").out == CLEAN
    assert dvc(filled, "data", "status", "--json").json.keys() & {"uncommitted", "not_in_cache"} == set()
    dry = dvc(filled, "repro", "--dry").out
    assert dry.count("didn't change, skipping") == 3
    assert "Running stage" not in dry


def test_what_exp_applies_is_clean_for_dvc(filled: Path, dvc: Dvc) -> None:
    exp_ok(filled, "apply", "wide")
    assert dvc(filled, "status").out == CLEAN
    assert "Running stage" not in dvc(filled, "repro", "--dry").out


def test_dvc_checks_out_our_outs(filled: Path, dvc: Dvc) -> None:
    exp_ok(filled, "apply", "wide")
    before = (filled / "model.txt").read_bytes()
    (filled / "model.txt").unlink()
    (filled / "prepared" / "test.txt").unlink()
    dvc(filled, "checkout")
    assert (filled / "model.txt").read_bytes() == before
    assert sorted(path.name for path in (filled / "prepared").iterdir()) == ["test.txt", "train.txt"]


def test_dvc_restores_from_our_run_cache_instead_of_running(filled: Path, dvc: Dvc) -> None:
    out = dvc(filled, "exp", "run", "--name", "again", "-S", "train.lr=0.5").out
    assert "Running stage" not in out
    assert out.count("is cached - skipping run, checking out outputs") == 3


def test_dvc_branches_renames_and_removes_ours(filled: Path, dvc: Dvc) -> None:
    dvc(filled, "exp", "branch", "wide", "kept")
    assert git(filled, "rev-parse", "kept") == git(filled, "rev-parse", ref(filled, "wide"))
    dvc(filled, "exp", "rename", "wide", "wider")
    dvc(filled, "exp", "remove", "plain")
    assert sorted(names(filled)) == ["more", "wider"]


def test_dvc_keeps_our_data_when_it_collects_garbage_of_all_experiments(filled: Path, dvc: Dvc) -> None:
    dvc(filled, "gc", "--workspace", "--all-experiments", "--force")
    exp_ok(filled, "apply", "more")
    assert dvc(filled, "status").out == CLEAN


def test_a_dvc_run_after_ours_and_ours_after_that_share_one_list(filled: Path, dvc: Dvc) -> None:
    dvc(filled, "exp", "run", "--name", "theirs", "-S", "train.lr=0.7")
    git(filled, "checkout", "-q", ".")
    exp_ok(filled, "run", "--name", "ours", "-S", "train.lr=0.9")
    assert sorted(dvc(filled, "exp", "list", "--name-only").out.split()) == sorted(names(filled))
    assert {"theirs", "ours"} <= set(names(filled))


def ref(project: Path, name: str) -> str:
    head = git(project, "rev-parse", "HEAD")
    return f"refs/exps/{head[:2]}/{head[2:]}/{name}"
