"""gitexp from Python: records of experiments, params and metrics."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gitexp
from gitexp.errors import ExpError
from tests.experiment.table.test_table import FILES, add_experiment
from tests.repos import make_project, write_files


@pytest.fixture
def project(work: Path) -> Path:
    make_project(work, FILES)
    add_experiment(work, "one", 1, 1)
    add_experiment(work, "two", 2, 2)
    return work


def test_experiments_are_records_and_rows_of_a_table(project: Path) -> None:
    two, one = gitexp.experiments()
    assert (two.name, two.state, two.params, two.metrics) == ("two", "success", {"lr": 2}, {"acc": 2})
    assert dict(one) | {"commit": "", "baseline": "", "created": None} == {
        "name": "one",
        "commit": "",
        "baseline": "",
        "created": None,
        "state": "success",
        "acc": 1,
        "lr": 1,
    }
    assert len(one) == len(list(one)) == 7
    with pytest.raises(KeyError):
        one["nope"]


def test_a_notebook_shows_a_table_and_obeys_no_content(project: Path) -> None:
    add_experiment(project, "<script>", 3, 3)
    found = gitexp.experiments()
    page = found._repr_html_()
    assert page.count("<tr>") == 1 + len(found)
    assert "<th>name</th>" in page and "<th>commit</th>" not in page
    assert "&lt;script&gt;" in page and "<script" not in page
    many = gitexp.Experiments([*found] * 100)._repr_html_()
    assert many.count("<tr>") == 61 and "more rows" in many


def test_metrics_that_no_run_has_made_yet_are_none(project: Path) -> None:
    for file in gitexp.metric_files():
        (project / file).unlink()
    assert gitexp.metrics() == {}


def test_experiments_can_be_chosen_and_sorted(project: Path) -> None:
    assert [one.name for one in gitexp.experiments(where="lr > 1")] == ["two"]
    assert [one.name for one in gitexp.experiments(sort_by="acc")] == ["one", "two"]
    assert [one.name for one in gitexp.experiments(project, sort_by=["-acc"])] == ["two", "one"]


def test_params_and_metrics_of_the_workspace_and_of_an_experiment(project: Path) -> None:
    write_files(project, {"params.yaml": "lr: 9\n"})
    assert gitexp.params() == {"lr": 9}
    assert gitexp.params("two") == {"lr": 2}
    assert gitexp.metrics("one", project) == {"acc": 1}
    assert gitexp.param_files("HEAD") == {"params.yaml": {"lr": 0}}
    with pytest.raises(ExpError):
        gitexp.params("nope")


def test_importing_gitexp_loads_nothing(project: Path) -> None:
    code = (
        "import gitexp, sys; "
        "print(sorted(n for n in sys.modules if n.startswith(('gitexp', 'pygit2', 'yaml', 'rich'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['gitexp']\n"


def test_what_there_is_can_be_listed_and_nothing_else_is_there() -> None:
    assert "experiments" in dir(gitexp)
    with pytest.raises(AttributeError, match="nope"):
        gitexp.nope  # type: ignore[attr-defined]  # noqa: B018
