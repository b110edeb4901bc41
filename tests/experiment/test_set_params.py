"""Where an override is written, and Hydra's composition."""

from __future__ import annotations

from pathlib import Path

from gitexp.experiment.record import State
from gitexp.experiment.set_params import set_params
from gitexp.project import HydraSettings
from tests.experiment.lab import make_lab

OFF = HydraSettings()


def test_the_file_where_the_user_stands_comes_before_that_of_the_root(work: Path) -> None:
    (work / "sub").mkdir()
    (work / "params.yaml").write_text("a: 1\n")
    (work / "sub/params.yaml").write_text("a: 1\n")
    set_params(work, ("a=2",), "sub", OFF)
    assert (work / "sub/params.yaml").read_text() == "a: 2\n"
    assert (work / "params.yaml").read_text() == "a: 1\n"


def test_without_one_there_it_is_the_roots(work: Path) -> None:
    (work / "sub").mkdir()
    (work / "params.yaml").write_text("a: 1\n")
    set_params(work, ("a=2",), "sub", OFF)
    assert (work / "params.yaml").read_text() == "a: 2\n"


def test_a_run_composes_params_with_hydra_where_the_project_wants_it(work: Path) -> None:
    lab = make_lab(
        work / "project",
        **{
            ".dvc/config": "[hydra]\n    enabled = true\n",
            "conf/config.yaml": "defaults:\n- model: small\ntrain:\n  lr: 0.1\nprepare:\n  n: 2\n",
            "conf/model/small.yaml": "width: 8\n",
            "conf/model/big.yaml": "width: 64\n",
        },
    )
    result = lab.one("model=big", "train.lr=0.5")
    assert result.state is State.SUCCESS
    params = lab.show(result, "params.yaml")
    assert "width: 64" in params
    assert "lr: 0.5" in params
