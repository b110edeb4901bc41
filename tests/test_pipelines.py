"""Whole projects from fixtures/, run from the command line to the end."""

from __future__ import annotations

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.programs import exp_ok, git, names
from tests.repos import fixture_repo

NO_SKLEARN = "no scikit-learn: pip install '.[sklearn]'"


def rows(project: Path) -> dict[str, Any]:
    """name -> data of every experiment that `exp show --json` has."""
    groups = json.loads(exp_ok(project, "show", "--json"))
    revs = [rev for group in groups for row in group["experiments"] or [] for rev in row["revs"]]
    return {rev["name"]: rev["data"] for rev in revs}


def test_a_diamond_joins_what_its_sides_made(work: Path) -> None:
    project = fixture_repo("diamond", work / "project")
    exp_ok(project, "run", "--name", "two", "--jobs", "2")
    exp_ok(project, "run", "--name", "three", "-S", "keep=4")
    found = {name: data["metrics"]["metrics.json"]["data"] for name, data in rows(project).items()}
    assert found == {"two": {"low": 1, "high": 9}, "three": {"low": 1, "high": 9}}
    commit = git(project, "rev-parse", f"{ref(project, 'three')}")
    exp_ok(project, "apply", "three")
    assert (project / "low.txt").read_text() == "1\n3\n5\n7\n"
    assert git(project, "show", f"{commit}:params.yaml") == "keep: 4"


def test_results_become_the_baseline_of_the_next_run(work: Path) -> None:
    project = fixture_repo("get-started", work / "project")
    exp_ok(project, "run", "--name", "better", "-S", "train.lr=0.5")
    exp_ok(project, "apply", "better")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "better")
    assert names(project) == []
    out = exp_ok(project, "run", "--name", "same")
    assert "3 unchanged" in out
    tree = git(project, "rev-parse", f"{ref(project, 'same')}^{{tree}}")
    assert tree == git(project, "rev-parse", "HEAD^{tree}")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("sklearn") is None, reason=NO_SKLEARN)
def test_scikit_learn_on_breast_cancer(work: Path) -> None:
    project = fixture_repo("breast-cancer", work / "project")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    sweep = ("-S", "train.trees=1,20", "-S", "featurize.components=2,8")
    exp_ok(project, "run", "--jobs", "2", *sweep, env={"PATH": path})
    found = rows(project)
    metrics = [data["metrics"]["metrics.json"]["data"] for data in found.values()]
    assert len(metrics) == 4
    assert all(0.8 < each["accuracy"] < 1 for each in metrics)
    assert len({each["auc"] for each in metrics}) == 4
    best = max(found, key=lambda name: found[name]["metrics"]["metrics.json"]["data"]["auc"])
    exp_ok(project, "apply", best)
    curve = (project / "roc.csv").read_text().splitlines()
    assert curve[0] == "fpr,tpr"
    assert curve[-1] == "1.0,1.0"
    assert (project / "model.pkl").stat().st_size > 1000


def ref(project: Path, name: str) -> str:
    head = git(project, "rev-parse", "HEAD")
    return f"refs/exps/{head[:2]}/{head[2:]}/{name}"
