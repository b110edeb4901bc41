"""A command that writes through a link into the cache is found out, fails, and the cache does not lie."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_bytes
from tests.programs import exp, exp_ok
from tests.repos import commit_all, make_project, write_files

STAGES = """\
stages:
  bad:
    cmd: chmod u+w {path}; echo oops >> {path}; cat {path} > out
    deps: [{dep}]
    outs: [out]
"""


def project(work: Path, kind: str, dep: str, path: str) -> Path:
    files = {"dvc.yaml": STAGES.format(dep=dep, path=path), ".dvc/config": f"[cache]\n    type = {kind}\n"}
    repo = make_project(work / "repo", files)
    write_files(repo, {"data": "hello\n", "folder/a": "one\n", "folder/sub/b": "two\n"})
    exp_ok(repo, "add", "data", "folder")
    commit_all(repo)
    return repo


def sound_objects(repo: Path) -> bool:
    return all(
        md5_bytes(path.read_bytes()) == (path.parent.name + path.name).removesuffix(".dir")
        for path in (repo / ".dvc/cache/files").rglob("*")
        if path.is_file()
    )


@pytest.mark.parametrize("command", ["run", "repro"])
@pytest.mark.parametrize("kind", ["hardlink", "symlink"])
@pytest.mark.parametrize(
    ("dep", "path"), [("data", "data"), ("folder", "folder/sub/b"), ("folder/sub", "folder/sub/b")]
)
def test_it_is_named_and_fails(work: Path, kind: str, dep: str, path: str, command: str) -> None:
    repo = project(work, kind, dep, path)
    done = exp(repo, command)
    assert done.code == 1, done.out + done.err
    assert f"'{path}'" in done.out + done.err and "link into the cache" in done.out + done.err
    assert sound_objects(repo)
    report = json.loads(exp(repo, "fsck", "--json").out)
    assert not report["clean"] and not report["damaged"]  # lost, and said to be


@pytest.mark.parametrize("kind", ["copy", "reflink"])
def test_a_copy_may_be_edited(work: Path, kind: str) -> None:
    repo = project(work, kind, "data", "data")
    exp_ok(repo, "run")
    assert sound_objects(repo) and json.loads(exp_ok(repo, "fsck", "--json"))["clean"]


def test_a_link_that_was_only_read_is_no_fault(work: Path) -> None:
    repo = project(work, "hardlink", "data", "data")
    (repo / "dvc.yaml").write_text(
        STAGES.format(dep="data", path="data").replace("echo oops >> data; ", "touch -c data; ")
    )
    exp_ok(repo, "run")
    assert sound_objects(repo) and os.stat(repo / "data").st_nlink >= 2
