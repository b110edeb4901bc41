"""A real DVC and exp take turns on one repository and one remote, in both orders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import commit_all, make_project, write_files
from tests.servers import S3_KEYS, S3Server

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store\n"
DATA = {"data/a b": "1", "data/sub/é": "2", "raw.csv": "raw\n"}

Verbs = dict[str, tuple[str, ...]]
OURS: Verbs = {
    "add": ("add",),
    "push": ("data", "push"),
    "pull": ("data", "pull"),
    "fetch": ("data", "fetch"),
    "checkout": ("checkout",),
    "status": ("data", "status", "--json", "--granular", "--not-in-remote"),
    "diff": ("data", "diff", "--json"),
    "gc": ("gc", "-f"),
    "repro": ("repro", "--pull"),
    "move": ("move",),
    "remove": ("data", "remove"),
}
DVCS: Verbs = {
    **{name: (name,) for name in ("add", "push", "pull", "fetch", "checkout", "move", "remove")},
    "repro": ("repro", "--pull"),
    "status": ("data", "status", "--json", "--granular", "--not-in-remote"),
    "diff": ("diff", "--json"),
    "gc": ("gc", "-f", "--all-experiments"),
}
Tool = Callable[..., str]


@pytest.fixture
def tools(dvc: Dvc) -> dict[str, Tool]:
    return {
        "exp": lambda cwd, verb, *words: exp_ok(cwd, *OURS[verb], *words),
        "dvc": lambda cwd, verb, *words: dvc(cwd, *DVCS[verb], *words).out,
    }


@pytest.fixture(params=["exp dvc", "dvc exp"])
def pair(request: pytest.FixtureRequest, tools: dict[str, Tool]) -> tuple[Tool, Tool]:
    first, second = request.param.split()
    return tools[first], tools[second]


@pytest.fixture
def repo(work: Path) -> Path:
    make_project(work / "repo", {".dvc/config": CONFIG})
    write_files(work / "repo", DATA)
    return work / "repo"


def data_of(repo: Path) -> dict[str, str]:
    return {path: (repo / path).read_text() for path in DATA}


def forget(repo: Path) -> None:
    for path in (".dvc/cache", "data"):
        shutil.rmtree(repo / path)
    (repo / "raw.csv").unlink()


def test_what_one_adds_and_pushes_the_other_pulls_in_a_clone(
    repo: Path, work: Path, pair: tuple[Tool, Tool]
) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    one(repo, "push")
    commit_all(repo)
    git(work, "clone", "-q", "repo", "clone")
    other(work / "clone", "pull")
    assert data_of(work / "clone") == DATA
    assert json.loads(other(work / "clone", "status")) == {}


def test_what_one_added_the_other_pushes_and_the_first_brings_back(
    repo: Path, pair: tuple[Tool, Tool]
) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    other(repo, "push")
    forget(repo)
    one(repo, "fetch")
    other(repo, "checkout")
    assert data_of(repo) == DATA
    assert json.loads(one(repo, "status")).keys() == json.loads(other(repo, "status")).keys()


def test_both_say_the_same_of_edits(repo: Path, pair: tuple[Tool, Tool]) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    one(repo, "push")
    commit_all(repo)
    write_files(repo, {"data/sub/é": "two", "data/new": "3"})
    (repo / "data/a b").unlink()
    assert json.loads(one(repo, "status")) == json.loads(other(repo, "status"))
    other(repo, "add", "data")
    assert json.loads(one(repo, "status")) == json.loads(other(repo, "status"))
    assert json.loads(one(repo, "diff")) == json.loads(other(repo, "diff"))


def test_what_one_collects_leaves_the_other_all_it_needs(repo: Path, pair: tuple[Tool, Tool]) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    commit_all(repo)
    write_files(repo, {"raw.csv": "newer\n"})
    other(repo, "add", "raw.csv")
    one(repo, "gc", "-w")
    assert json.loads(other(repo, "status")).get("not_in_cache") is None
    objects = [path for path in (repo / ".dvc/cache/files").rglob("*") if path.is_file()]
    assert len(objects) == 4
    other(repo, "gc", "-w")
    assert [path for path in (repo / ".dvc/cache/files").rglob("*") if path.is_file()] == objects


def test_moves_and_removals_of_one_are_understood_by_the_other(repo: Path, pair: tuple[Tool, Tool]) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    commit_all(repo)
    one(repo, "move", "raw.csv", "cooked.csv")
    assert (repo / "cooked.csv").read_text() == "raw\n"
    found = json.loads(other(repo, "diff"))
    assert found["renamed"] == [{"path": {"old": "raw.csv", "new": "cooked.csv"}}]
    other(repo, "remove", "cooked.csv.dvc")
    assert json.loads(one(repo, "status"))["committed"] == {"deleted": ["raw.csv"]}


def objects_of(top: Path) -> list[str]:
    return sorted(path.relative_to(top).as_posix() for path in (top / "files").rglob("*") if path.is_file())


def test_what_one_collects_on_the_remote_leaves_the_other_all_it_needs(
    repo: Path, work: Path, pair: tuple[Tool, Tool]
) -> None:
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    one(repo, "push")
    commit_all(repo)
    write_files(repo, {"raw.csv": "newer\n"})
    other(repo, "add", "raw.csv")
    other(repo, "push")
    assert len(objects_of(work / "store")) == 5
    one(repo, "gc", "-w", "-c")
    assert len(objects_of(work / "store")) == 4
    forget(repo)
    other(repo, "pull")
    assert data_of(repo) == {**DATA, "raw.csv": "newer\n"}
    other(repo, "gc", "-w", "-c")
    assert len(objects_of(work / "store")) == 4


PIPELINE = {
    "dvc.yaml": "stages:\n  count:\n    cmd: wc -l < in.txt > out.txt && echo ran >> ran\n"
    "    deps: [in.txt]\n    outs: [out.txt]\n",
    "in.txt": "1\n2\n",
}


def test_what_one_ran_the_other_restores_from_the_run_cache_of_the_remote(
    repo: Path, work: Path, pair: tuple[Tool, Tool]
) -> None:
    one, other = pair
    write_files(repo, {**PIPELINE, ".gitignore": "/ran\n"})
    commit_all(repo)
    one(repo, "repro")
    one(repo, "push", "--run-cache")
    git(work, "clone", "-q", "repo", "clone")  # without a dvc.lock: only the run cache knows
    clone = work / "clone"
    other(clone, "repro")
    assert (clone / "out.txt").read_text() == (repo / "out.txt").read_text()
    assert (repo / "ran").exists() and not (clone / "ran").exists()
    assert len(list((clone / ".dvc/cache/runs").rglob("*/*/*"))) == 1


def test_we_live_with_imports(repo: Path, work: Path, dvc: Dvc) -> None:
    """What `dvc import` and `dvc import-url` wrote is read, pushed and pulled as DVC does, or named."""
    make_project(work / "source", {".dvc/config": CONFIG.replace("store", "source-store")})
    write_files(work / "source", {"lib.txt": "lib\n"})
    write_files(work, {"outside.csv": "outside\n"})
    exp_ok(work / "source", "add", "lib.txt")
    exp_ok(work / "source", "data", "push")
    commit_all(work / "source")
    dvc(repo, "import", "../source", "lib.txt")
    dvc(repo, "import-url", "../outside.csv")
    commit_all(repo)
    status = ("data", "status", "--json", "--not-in-remote")
    assert json.loads(exp_ok(repo, *status)) == json.loads(dvc(repo, *status).out)
    assert json.loads(exp_ok(repo, "data", "push", "--json"))["files"] == 1
    assert "up to date" in dvc(repo, "push").out
    git(work, "clone", "-q", "repo", "clone")
    pulled = exp(work / "clone", "data", "pull")
    assert pulled.code == 1 and "`dvc pull` brings it" in pulled.err
    assert (work / "clone/outside.csv").read_text() == "outside\n"
    dvc(work / "clone", "pull")
    assert exp_ok(work / "clone", "data", "status") == exp_ok(repo, "data", "status")


def test_they_take_turns_on_s3(
    repo: Path, work: Path, pair: tuple[Tool, Tool], s3: S3Server, dvc: Dvc
) -> None:
    if "s3" not in dvc(repo, "version").out:
        pytest.skip("this dvc knows no S3: pip install dvc-s3")
    keys = {**S3_KEYS, "endpointurl": s3.endpoint, "url": f"s3://bucket/{work.parent.name}"}
    lines = "".join(f"    {key} = {value}\n" for key, value in keys.items())
    write_files(repo, {".dvc/config": f"[core]\n    remote = main\n['remote \"main\"']\n{lines}"})
    one, other = pair
    one(repo, "add", "data", "raw.csv")
    one(repo, "push")
    commit_all(repo)
    git(work, "clone", "-q", "repo", "clone")
    other(work / "clone", "pull")
    assert data_of(work / "clone") == DATA
    assert json.loads(one(work / "clone", "status")) == json.loads(other(work / "clone", "status")) == {}
    write_files(work / "clone", {"raw.csv": "newer\n"})
    other(work / "clone", "add", "raw.csv")
    other(work / "clone", "push")
    one(work / "clone", "gc", "-w", "-c")
    forget(work / "clone")
    one(work / "clone", "pull")
    assert data_of(work / "clone") == {**DATA, "raw.csv": "newer\n"}
    assert json.loads(other(work / "clone", "status")).get("not_in_remote") is None
