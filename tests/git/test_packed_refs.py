"""packed-refs searched as bytes: what git lists is found, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.git.command import run_git
from gitexp.git.named_refs import refs_at, refs_called
from gitexp.git.pack_refs import pack_refs
from gitexp.git.packed_refs import packed_called, packed_ref, packed_text, packed_under
from gitexp.git.refs import RefChange, change_refs, create_ref, list_pairs, read_ref
from gitexp.git.repo import Repo, find_repo
from tests.repos import make_repo

FOLDER = f"refs/exps/12/{'3' * 38}/"


@pytest.fixture
def repo(work: Path) -> Repo:
    found = find_repo(make_repo(work, {"a.txt": "a\n"}))
    run_git(found.work_tree, "tag", "-m", "annotated", "v1")
    for name in (
        f"{FOLDER}one",
        f"{FOLDER}one-more",
        f"{FOLDER}deep/one",
        "refs/exps/one",
        "refs/zebra/x/y/one",
    ):
        create_ref(found, name, head(found))
    pack_refs(found)
    return found


def head(repo: Repo) -> str:
    return run_git(repo.work_tree, "rev-parse", "HEAD").text


@pytest.mark.parametrize(
    "prefix", ["refs/", "refs/exps/", FOLDER, f"{FOLDER}one", "refs/zebra/", "refs/nothing/"]
)
def test_what_is_under_a_prefix_is_what_git_lists(repo: Repo, prefix: str) -> None:
    asked = run_git(repo.work_tree, "for-each-ref", "--format=%(refname) %(objectname)").text.splitlines()
    expected = [tuple(line.split(" ")) for line in asked if line.startswith(prefix)]
    assert packed_under(repo.common_dir, prefix) == expected


def test_a_file_that_is_not_sorted_is_read_as_well(repo: Repo) -> None:
    path = repo.common_dir / "packed-refs"
    before = list_pairs(repo, "refs/exps/")
    first, *lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(
        b"".join([first.replace(b" sorted", b""), *reversed([ln for ln in lines if ln[:1] != b"^"])])
    )
    assert list_pairs(repo, "refs/exps/") == before
    path.write_bytes(b"".join(lines).rstrip(b"\n"))  # neither a first line nor a last line end
    assert list_pairs(repo, "refs/exps/") == before


def test_one_ref_is_found_by_its_whole_name(repo: Repo) -> None:
    assert packed_ref(repo.common_dir, f"{FOLDER}one") == head(repo)
    for other in (f"{FOLDER}on", f"{FOLDER}ones", "one", "sorted", "", head(repo)):
        assert packed_ref(repo.common_dir, other) is None


def test_refs_of_a_name_are_found_in_their_depth_only(repo: Repo) -> None:
    assert packed_called(repo.common_dir, "refs/exps/", 2, "one") == [(f"{FOLDER}one", head(repo))]
    assert packed_called(repo.common_dir, "refs/exps/", 0, "one") == [("refs/exps/one", head(repo))]
    assert packed_called(repo.common_dir, "refs/exps/", 2, "more") == []
    create_ref(repo, f"refs/exps/99/{'9' * 38}/one", head(repo))
    assert [ref.name for ref in refs_called(repo, "refs/exps/", 2, "one")] == [
        f"{FOLDER}one",
        f"refs/exps/99/{'9' * 38}/one",
    ]


def test_refs_are_found_by_what_they_hold(repo: Repo) -> None:
    run_git(repo.work_tree, "commit", "-q", "--allow-empty", "-m", "second")
    create_ref(repo, f"{FOLDER}loose", head(repo))
    change_refs(repo, [RefChange(f"{FOLDER}one", head(repo), None, force=True)])
    first = run_git(repo.work_tree, "rev-parse", "HEAD~").text
    assert [ref.name for ref in refs_at(repo, FOLDER, head(repo))] == [f"{FOLDER}loose", f"{FOLDER}one"]
    assert [ref.name for ref in refs_at(repo, FOLDER, first)] == [f"{FOLDER}deep/one", f"{FOLDER}one-more"]
    assert [ref.name for ref in refs_at(repo, "refs/zebra/", first)] == ["refs/zebra/x/y/one"]
    assert refs_at(repo, "refs/", "0" * 40) == []


def test_the_file_is_read_again_when_it_changed(repo: Repo) -> None:
    path = repo.common_dir / "packed-refs"
    os.utime(path, (1_000_000_000, 1_000_000_000))  # long settled: it is kept
    assert packed_text(repo.common_dir) is packed_text(repo.common_dir)
    run_git(repo.work_tree, "update-ref", "-d", f"{FOLDER}one")
    assert read_ref(repo, f"{FOLDER}one") is None
    path.unlink()
    assert packed_text(repo.common_dir) == b"" and read_ref(repo, f"{FOLDER}one-more") is None
