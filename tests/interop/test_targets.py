"""`metrics show|diff`, `params diff` with files named by the user: DVC's JSON, below the root too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import make_project, write_files

FILES = {
    "dvc.yaml": """\
stages:
  s:
    cmd: echo
    params: [lr, {extra.yaml: }]
    metrics: [m.json: {cache: false}]
params: [top.yaml]
metrics: [more]
""",
    "params.yaml": "lr: 1\nother: 1\n",
    "extra.yaml": "e: 1\n",
    "top.yaml": "t: 1\n",
    "m.json": '{"acc": 1}',
    "more/x.json": '{"a": 1}',
    "more/sub/y.json": '{"b": 1}',
    "loose.yaml": "w: 1\nz: 5\n",
    "dir/q.json": '{"q": 1}',
}


@pytest.fixture
def project(work: Path) -> Path:
    """Two branches and two tags; every file is different in the workspace but loose.yaml's z."""
    make_project(work, FILES)
    git(work, "tag", "v1")
    git(work, "switch", "-q", "-c", "next")
    write_files(work, {"m.json": '{"acc": 2}'})
    git(work, "commit", "-q", "-a", "-m", "next")
    git(work, "tag", "-a", "v2", "-m", "annotated")
    changed = {path: str(text).replace("1", "7") for path, text in FILES.items() if path != "dvc.yaml"}
    write_files(work, changed)
    return work


COMMANDS = [
    "metrics show loose.yaml more",
    "metrics show -R dir nope.json",
    "metrics show -a -T",
    "metrics show -A m.json",
    "metrics diff --targets loose.yaml dir --all",
    "metrics diff main next -R --targets more m.json nope.json",
    "params diff --deps",
    "params diff main --targets loose.yaml top.yaml",
    "params diff --all --targets params.yaml nope.yaml",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_is_dvcs(project: Path, dvc: Dvc, command: str) -> None:
    words = [*command.split(), "--json"]
    assert json.loads(exp_ok(project, *words)) == dvc(project, *words).json


def test_below_the_root_paths_are_from_there(project: Path, dvc: Dvc) -> None:
    for command in ("metrics show -R . ../m.json --json", "metrics diff main --json --targets sub ../m.json"):
        words = command.split()
        assert json.loads(exp_ok(project / "more", *words)) == dvc(project / "more", *words).json


def test_what_is_not_there_is_a_warning(project: Path) -> None:
    done = exp(project, "metrics", "diff", "--targets", "m.json", "nope.json")
    assert (done.code, done.out.splitlines()[1].split()) == (0, ["m.json", "acc", "2", "7", "5"])
    assert "warning: HEAD: nope.json: there is no such file." in done.err
    assert exp(project, "params", "diff", "--targets", "../x").code == 1
