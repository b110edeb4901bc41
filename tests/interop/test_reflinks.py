"""Real reflinks, on a btrfs and an xfs: blocks lie on the disk once, and no edit reaches the cache."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_file
from tests.disks import reflink_disk, share_blocks
from tests.programs import Dvc, exp, exp_ok, git
from tests.repos import commit_all, make_project, write_files

SIZE = 3 << 20
STAGES = """\
stages:
  double:
    cmd: cat big big > double
    deps: [big]
    outs: [double]
"""


@pytest.fixture(params=["btrfs", "xfs"])
def disk(request: pytest.FixtureRequest, work: Path) -> Iterator[Path]:
    with reflink_disk(request.param, work) as place:
        yield place


@pytest.fixture
def repo(disk: Path) -> Path:
    """A project with tracked data, `cache.type` not set."""
    repo = make_project(disk / "repo", {"dvc.yaml": STAGES})
    (repo / "big").write_bytes(os.urandom(SIZE))
    write_files(repo, {"folder/a": "a" * 100_000, "folder/sub/b": "b" * 100_000})
    done = exp(repo, "add", "big", "folder")
    assert done.code == 0 and "no reflinks" not in done.err
    commit_all(repo)
    return repo


def stored(path: Path) -> Path:
    cache = next(folder for folder in path.parents if (folder / ".dvc").is_dir()) / ".dvc/cache/files/md5"
    md5 = md5_file(path)
    return cache / md5[:2] / md5[2:]


def assert_cloned(path: Path) -> None:
    assert share_blocks(path, stored(path)) and os.access(path, os.W_OK)
    assert path.stat().st_nlink == 1 and not path.is_symlink() and path.stat().st_mode & 0o200


def assert_clean(repo: Path) -> None:
    assert json.loads(exp_ok(repo, "fsck", "--json"))["clean"]


def test_add_checkout_and_run_share_blocks_with_the_cache(repo: Path) -> None:
    data = [repo / "big", repo / "folder/a", repo / "folder/sub/b"]
    for path in data:
        assert_cloned(path)
    (repo / "big").unlink()
    (repo / "folder/a").unlink()
    exp_ok(repo, "checkout")
    for path in data:
        assert_cloned(path)
    exp_ok(repo, "run", "-n", "doubled")
    exp_ok(repo, "apply", "doubled")
    assert_cloned(repo / "double")
    assert_clean(repo)


def test_an_edit_does_not_reach_the_cache(repo: Path) -> None:
    before = stored(repo / "big")
    with (repo / "big").open("r+b") as file:
        file.write(b"edited in place")
    assert md5_file(before) == before.parent.name + before.name
    assert_clean(repo)
    exp_ok(repo, "checkout", "--force")
    assert md5_file(repo / "big") == before.parent.name + before.name


def test_a_cache_on_another_disk_is_copied_from(repo: Path, work: Path) -> None:
    cache = work / "cache elsewhere"
    (repo / ".dvc/config").write_text(f"[cache]\n    dir = {cache}\n")
    for name in ("big", "folder"):
        (repo / f"{name}.dvc").unlink()
    exp_ok(repo, "add", "big", "folder")
    md5 = md5_file(repo / "big")
    assert md5_file(cache / "files/md5" / md5[:2] / md5[2:]) == md5
    (repo / "big").unlink()
    exp_ok(repo, "checkout")
    assert md5_file(repo / "big") == md5 and os.access(repo / "big", os.W_OK)
    (repo / ".dvc/config").write_text(f"[cache]\n    dir = {cache}\n    type = reflink,hardlink,symlink\n")
    exp_ok(repo, "checkout", "--relink")
    assert (repo / "big").is_symlink() and md5_file(repo / "big") == md5
    assert_clean(repo)


def test_dvc_finds_them_in_order(repo: Path, dvc: Dvc) -> None:
    exp_ok(repo, "repro")
    assert "up to date" in dvc(repo, "status").out
    (repo / "double").unlink()
    dvc(repo, "checkout")
    assert share_blocks(repo / "double", stored(repo / "double"))
    assert git(repo, "status", "--porcelain", "--", "big", "double") == ""
    assert_clean(repo)
