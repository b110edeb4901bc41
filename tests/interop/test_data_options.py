"""Options of data commands beside DVC's: what each brings, sends and keeps."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import commit_all, make_project, write_files

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store-{name}\n"
PIPELINE = """
stages:
  one: {cmd: cp raw one, deps: [raw], outs: [one]}
  two: {cmd: cp one two && echo 1 > m.json, deps: [one], outs: [two], metrics: [m.json]}
  big: {cmd: seq 9999 > big, outs: [big]}
"""


@pytest.fixture
def pair(work: Path, dvc: Dvc) -> tuple[Path, Path]:
    """The same project twice, run and pushed, each with a store of its own."""
    ours = make_project(work / "ours", {"dvc.yaml": PIPELINE, ".dvc/config": CONFIG.format(name="ours")})
    write_files(ours, {"raw": "raw\n"})
    exp_ok(ours, "add", "-q", "raw")
    exp_ok(ours, "repro", "-q")
    exp_ok(ours, "data", "push", "-q")
    commit_all(ours)
    shutil.copytree(work / "store-ours", work / "store-theirs")
    theirs = work / "theirs"
    shutil.copytree(ours, theirs)
    (theirs / ".dvc/config").write_text(CONFIG.format(name="theirs"))
    return ours, theirs


def objects(top: Path) -> set[str]:
    return {f"{path.parent.name}{path.name}" for path in top.glob("files/md5/??/*")}


@pytest.mark.parametrize(
    "words",
    [("two",), ("two", "-d"), ("m.json",), ("--max-size", "100"), ("--type", "metrics"), ("-R", ".")],
    ids=" ".join,
)
def test_a_fetch_brings_the_same(pair: tuple[Path, Path], dvc: Dvc, words: tuple[str, ...]) -> None:
    for repo in pair:
        shutil.rmtree(repo / ".dvc/cache")
    exp_ok(pair[0], "data", "fetch", *words)
    dvc(pair[1], "fetch", *words)
    brought, theirs = (objects(repo / ".dvc/cache") for repo in pair)
    assert brought == theirs and brought


@pytest.mark.parametrize("words", [("two", "-d"), ("--glob", "o*"), ("--no-run-cache",)], ids=" ".join)
def test_a_push_sends_the_same(pair: tuple[Path, Path], work: Path, dvc: Dvc, words: tuple[str, ...]) -> None:
    for repo in pair:
        shutil.rmtree(work / f"store-{repo.name}")
    exp_ok(pair[0], "data", "push", *words)
    dvc(pair[1], "push", *words)
    sent, theirs = (objects(work / f"store-{repo.name}") for repo in pair)
    assert sent == theirs and sent


def test_checkout_and_pull_with_what_is_missing(pair: tuple[Path, Path], work: Path) -> None:
    repo, _ = pair
    for name in ("one", "two", "big"):
        (repo / name).unlink()
    assert exp_ok(repo, "checkout", "two", "-d", "--summary") == "2 added\n"
    assert not (repo / "big").exists()
    shutil.rmtree(work / "store-ours")
    shutil.rmtree(repo / ".dvc/cache")
    for words in (("checkout",), ("data", "pull")):
        assert exp(repo, *words).code == 1
        assert exp(repo, *words, "--allow-missing").code == 0


def test_commit_with_deps_takes_the_stages_upstream(pair: tuple[Path, Path]) -> None:
    repo, _ = pair
    write_files(repo, {"raw": "new\n", "one": "new\n", "two": "new\n", "big": "other\n"})
    assert "Recorded two." in exp_ok(repo, "commit", "-f", "two")
    told = exp_ok(repo, "commit", "-f", "-d", "two")
    assert all(name in told for name in ("raw.dvc", "one", "two")) and "big" not in told


def test_gc_keeps_what_other_projects_recent_commits_and_only_this_machine_have(
    pair: tuple[Path, Path], work: Path
) -> None:
    repo, other = pair
    for each in pair:
        with (each / ".dvc/config").open("a") as config:
            config.write(f"[cache]\n    dir = {work}/cache\n")
    shutil.move(repo / ".dvc/cache", work / "cache")
    write_files(repo, {"fresh": "only here"})
    exp_ok(repo, "add", "-q", "fresh")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "fresh")
    for name in ("fresh.dvc", "raw.dvc", "dvc.lock"):
        (repo / name).unlink()
    git(repo, "commit", "-qam", "gone")
    before = objects(work / "cache")
    assert len(before) == 4  # raw, one and two are the same

    def left(*words: str) -> int:
        exp_ok(repo, "gc", "-w", "-f", *words)
        return len(objects(work / "cache"))

    assert left("--date", "2020-01-01", "--no-experiments") == 4
    assert left("-p", os.fspath(other), "--not-in-remote") == 4
    assert left("-p", os.fspath(other)) == 3
    assert left() == 0
    assert exp(repo, "gc", "--date", "soon", "-f").code == 2


def test_data_status_of_targets(pair: tuple[Path, Path], dvc: Dvc) -> None:
    for repo in pair:
        write_files(repo, {"one": "edited\n", "two": "edited\n"})
    ours = exp_ok(pair[0], "data", "status", "--json", "one")
    assert "one" in ours and "two" not in ours
    assert '"one"' in dvc(pair[1], "data", "status", "--json", "one").out
