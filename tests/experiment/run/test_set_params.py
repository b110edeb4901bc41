"""Where an override is written, and Hydra's composition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.record import RunResult
from gitexp.experiment.request import RunRequest, Terms
from gitexp.experiment.run.run import run_experiments
from gitexp.experiment.run.set_params import set_params
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import parse_yaml
from gitexp.project import HydraSettings
from tests.experiment.lab import Lab, make_lab

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


CONF = {
    ".dvc/config": "[hydra]\n    enabled = true\n",
    "conf/config.yaml": (
        "defaults:\n- train/optimizer: sgd\n- db: mysql\n- _self_\nprepare: {n: 2}\n"
        "train: {lr: 0.1}\nurl: ${db.name}:${train.lr}\n"
    ),
    "conf/train/optimizer/sgd.yaml": "name: sgd\nmomentum: 0.9\n",
    "conf/train/optimizer/adam.yaml": "name: adam\nbetas: [0.9, 0.99]\n",
    "conf/db/mysql.yaml": "name: mysql\n",
    "conf/db/pg.yaml": "name: pg\n",
    "other.yaml": "k: 1  # kept\n",
}
SGD = {"name": "sgd", "momentum": 0.9}
ADAM = {"name": "adam", "betas": [0.9, 0.99]}
BASE: dict[str, Value] = {
    "prepare": {"n": 2},
    "train": {"optimizer": SGD, "lr": 0.1},
    "db": {"name": "mysql"},
}


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project", **CONF)


def params(lab: Lab, result: RunResult) -> Value:
    return parse_yaml(lab.show(result, "params.yaml").encode(), "params.yaml")


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        # What `dvc exp run --temp` 3.67.1 composed from the same overrides.
        ((), {"url": "mysql:0.1"}),
        (
            ("train/optimizer=adam",),
            {"train": {"optimizer": ADAM, "lr": 0.1}, "url": "mysql:0.1"},
        ),
        (
            ("train/optimizer=adam", "train.optimizer.betas=[1,2]", "db=pg", "train.lr=3"),
            {
                "train": {"optimizer": {"name": "adam", "betas": [1, 2]}, "lr": 3},
                "db": {"name": "pg"},
                "url": "pg:3",
            },
        ),
        (("+new=1",), {"url": "mysql:0.1", "new": 1}),
        (("+db@db2=pg",), {"url": "mysql:0.1", "db2": {"name": "pg"}}),
    ],
)
def test_a_run_composes_params_with_hydra_as_dvc_does(
    lab: Lab, overrides: tuple[str, ...], changed: dict[str, Value]
) -> None:
    assert params(lab, lab.one(*overrides)) == {**BASE, **changed}


def test_groups_can_be_swept(lab: Lab) -> None:
    results = lab.run("train/optimizer=adam,sgd", "train.lr=1,2", name="grid")
    found = [params(lab, result)["train"] for result in results]
    assert [(train["optimizer"]["name"], train["lr"]) for train in found] == [
        ("adam", 1),
        ("adam", 2),
        ("sgd", 1),
        ("sgd", 2),
    ]


def test_other_files_take_plain_overrides_beside_the_composition(lab: Lab) -> None:
    result = lab.one("other.yaml:k=2", "db=pg")
    assert lab.show(result, "other.yaml") == "k: 2  # kept"
    assert params(lab, result)["db"] == {"name": "pg"}


def test_without_hydra_params_yaml_is_taken_as_it_is(lab: Lab) -> None:
    request = RunRequest(overrides=("train.lr=7",), name="plain", terms=Terms(hydra=False))
    (result,) = run_experiments(lab.project, request)
    assert "url" not in params(lab, result)
    assert "lr: 7  # step" in lab.show(result, "params.yaml")


def test_the_users_params_yaml_is_not_composed(lab: Lab) -> None:
    before = (lab.path / "params.yaml").read_text()
    lab.one("db=pg")
    assert (lab.path / "params.yaml").read_text() == before


@pytest.mark.parametrize(
    ("override", "message", "hint"),
    [
        ("train/optimizer=nope", "Could not find 'train/optimizer/nope'", "adam sgd"),
        ("nope=1", "Could not override 'nope'", "+nope=1"),
        ("other.yaml:+db@x=pg", "'@' is for Hydra's config groups", None),
    ],
)
def test_what_can_not_be_composed_is_an_error_before_anything_runs(
    lab: Lab, override: str, message: str, hint: str | None
) -> None:
    with pytest.raises(ExpError, match=re.escape(message)) as caught:
        lab.one(override)
    assert (hint or "") in (caught.value.hint or "")
    assert "worktrees" not in f"{caught.value.message}{caught.value.hint}"
    assert not [ref for ref in lab.refs() if "exps" in ref]
