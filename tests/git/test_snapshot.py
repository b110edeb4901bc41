"""The workspace as a tree, and what must not happen to the user's index on the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import find_repo
from gitexp.git.snapshot import Snapshot, sweep_indexes, take_snapshot
from tests.repos import commit_all, make_repo, write_files

MIB = 1024 * 1024


def git(path: Path, *args: str) -> str:
    return run_git(path, *args).text


def snap(path: Path, max_size: int = MIB) -> Snapshot:
    return take_snapshot(find_repo(path), max_size)


def names(path: Path, snapshot: Snapshot) -> list[str]:
    return git(path, "ls-tree", "-r", "--name-only", snapshot.tree).splitlines()


def content(path: Path, snapshot: Snapshot, name: str) -> bytes:
    return run_git(path, "cat-file", "blob", f"{snapshot.tree}:{name}").out


def test_a_clean_workspace_is_the_tree_of_head(work: Path) -> None:
    make_repo(work, {"a.txt": "a\n"})
    assert snap(work) == Snapshot(git(work, "rev-parse", "HEAD^{tree}"))


def test_it_is_what_git_add_all_would_commit(work: Path) -> None:
    make_repo(work, {"changed": "1", "gone": "2", "staged": "3", "mode": "4", ".gitignore": "*.log\n"})
    write_files(work, {"changed": "new", "sub dir/néw": "n", "x.log": "ignored", "staged": "staged"})
    git(work, "add", "staged")
    write_files(work, {"staged": "and changed again"})
    (work / "gone").unlink()
    (work / "mode").chmod(0o755)
    (work / "link").symlink_to("changed")
    tree = snap(work).tree
    git(work, "add", "-A")
    assert git(work, "write-tree") == tree


def test_the_users_index_stays_byte_for_byte(work: Path) -> None:
    make_repo(work, {"a.txt": "a\n", "b.txt": "b\n"})
    write_files(work, {"a.txt": "changed", "new": "n"})
    git(work, "add", "-N", "new")
    os.utime(work / "b.txt", (1, 1))  # git would refresh its entry
    index = work / ".git/index"
    before = (index.read_bytes(), index.stat().st_mtime_ns, index.stat().st_ino)
    head = (work / ".git/HEAD").read_bytes()
    snap(work)
    assert (index.read_bytes(), index.stat().st_mtime_ns, index.stat().st_ino) == before
    assert (work / ".git/HEAD").read_bytes() == head
    assert list((work / ".git/gitexp/index").iterdir()) == []


def test_big_untracked_files_are_left_out_and_named(work: Path) -> None:
    make_repo(work, {"tracked.bin": "t"})
    write_files(work, {"tracked.bin": "t" * 300, "sub/big one.bin": "b" * 101, "fits.bin": "f" * 100})
    snapshot = snap(work, 100)
    assert snapshot.left_out == ("sub/big one.bin",)
    assert names(work, snapshot) == ["fits.bin", "tracked.bin"]


def test_a_big_staged_file_is_taken_because_the_user_said_so(work: Path) -> None:
    make_repo(work, {"a": "a"})
    write_files(work, {"big": "b" * 101})
    git(work, "add", "big")
    assert "big" in names(work, snap(work, 100))


def test_names_with_magic_newlines_and_leading_dashes_are_plain_names(work: Path) -> None:
    make_repo(work, {"a": "a"})
    odd = [":(exclude)a", "*", "-u", "new\nline", "a[b]", "\u00fcml\u00e4ut"]
    write_files(work, dict.fromkeys(odd, "x"))
    listed = run_git(work, "ls-tree", "-r", "-z", "--name-only", snap(work).tree).paths
    assert sorted(listed) == sorted(["a", *odd])


def test_a_repository_inside_is_left_out_and_named(work: Path) -> None:
    make_repo(work, {"a": "a"})
    make_repo(work / "vendored", {"lib.py": "x"})
    make_repo(work / "unborn")
    snapshot = snap(work)
    assert (names(work, snapshot), snapshot.left_out) == (["a"], ("unborn/", "vendored/"))


def test_a_change_in_the_moment_of_the_last_git_add_is_seen(work: Path) -> None:
    make_repo(work, {"a": "one"})
    os.utime(work / "a", (1000, 1000))
    git(work, "add", "a")
    os.utime(work / ".git/index", (1000, 1000))
    (work / "a").write_text("two")  # same size
    os.utime(work / "a", (1000, 1000))
    assert content(work, snap(work), "a") == b"two"


def test_an_intent_to_add_is_taken_with_its_content(work: Path) -> None:
    make_repo(work, {"a": "a"})
    write_files(work, {"later": "content"})
    git(work, "add", "-N", "later")
    assert content(work, snap(work), "later") == b"content"


def test_line_ends_are_gits_business(work: Path) -> None:
    make_repo(work, {"a": "a\n"})
    git(work, "config", "core.autocrlf", "true")
    git(work, "config", "core.safecrlf", "true")
    write_files(work, {"params.yaml": "lr: 1\r\n"})
    assert content(work, snap(work), "params.yaml") == b"lr: 1\n"


def test_clean_filters_run(work: Path) -> None:
    make_repo(work, {".gitattributes": "*.up filter=upper\n"})
    git(work, "config", "filter.upper.clean", "tr a-z A-Z")
    write_files(work, {"x.up": "words"})
    assert content(work, snap(work), "x.up") == b"WORDS"


def test_a_failing_filter_is_an_error_in_gits_words(work: Path) -> None:
    make_repo(work, {".gitattributes": "*.up filter=upper\n"})
    git(work, "config", "filter.upper.clean", "false")
    git(work, "config", "filter.upper.required", "true")
    write_files(work, {"x.up": "words"})
    with pytest.raises(ExpError, match=r"(?s)the workspace can't be recorded.*upper"):
        snap(work)
    assert list((work / ".git/gitexp/index").iterdir()) == []


def test_a_file_that_goes_away_meanwhile_is_no_error(work: Path) -> None:
    make_repo(work, {".gitattributes": "/tracked filter=racer\n", "tracked": "t"})
    git(work, "config", "filter.racer.clean", "rm -f b.swp; cat")
    write_files(work, {"tracked": "changed", "a.txt": "a", "b.swp": "b"})
    assert names(work, snap(work)) == [".gitattributes", "a.txt", "tracked"]


def test_conflicts_are_refused_by_name(work: Path) -> None:
    make_repo(work, {"a b.txt": "one\n"})
    write_files(work, {"a b.txt": "stashed\n"})
    git(work, "stash", "-q")
    write_files(work, {"a b.txt": "other\n"})
    commit_all(work)
    run_git(work, "stash", "pop", check=False)
    with pytest.raises(ExpError, match="unresolved conflicts:\n  a b.txt"):
        snap(work)


def test_what_a_sparse_checkout_hides_is_in_the_tree(work: Path) -> None:
    make_repo(work, {"here/a": "a", "hidden/b": "b"})
    git(work, "sparse-checkout", "set", "here")
    assert not (work / "hidden").exists()
    write_files(work, {"here/a": "changed"})
    snapshot = snap(work)
    assert names(work, snapshot) == ["here/a", "hidden/b"]
    assert content(work, snapshot, "here/a") == b"changed"


def test_a_split_index_is_read(work: Path) -> None:
    make_repo(work, {"a": "a", "b": "b"})
    git(work, "update-index", "--split-index")
    write_files(work, {"b": "changed"})
    shared = sorted((work / ".git").glob("sharedindex.*"))
    assert content(work, snap(work), "b") == b"changed"
    assert sorted((work / ".git").glob("sharedindex.*")) == shared


def test_a_submodule_is_taken_at_its_checked_out_commit(work: Path) -> None:
    make_repo(work / "lib", {"lib.py": "1"})
    make_repo(work / "super", {"a": "a"})
    git(work / "super", "submodule", "add", "-q", str(work / "lib"), "lib")
    git(work / "super", "commit", "-qm", "lib")
    write_files(work / "super/lib", {"lib.py": "2"})
    git(work / "super/lib", "commit", "-qam", "newer")
    tree = snap(work / "super").tree
    assert git(work / "super", "rev-parse", f"{tree}:lib") == git(work / "super/lib", "rev-parse", "HEAD")


def test_without_an_index_it_starts_from_head(work: Path) -> None:
    make_repo(work, {"a": "a"})
    (work / ".git/index").unlink()
    assert snap(work).tree == git(work, "rev-parse", "HEAD^{tree}")
    assert not (work / ".git/index").exists()


def test_a_linked_worktree_is_taken_with_its_own_index(work: Path) -> None:
    make_repo(work / "main", {"a": "a"})
    git(work / "main", "worktree", "add", "-q", str(work / "linked"))
    write_files(work / "linked", {"new": "n"})
    git(work / "linked", "add", "new")
    assert names(work / "linked", snap(work / "linked")) == ["a", "new"]


def test_old_private_indexes_are_swept_and_new_ones_kept(work: Path) -> None:
    repo = find_repo(make_repo(work, {"a": "a"}))
    folder = repo.state_dir / "index"
    write_files(folder, {"host-1-0": "", "host-2-0": ""})
    os.utime(folder / "host-1-0", (1, 1))
    sweep_indexes(repo)
    assert [path.name for path in folder.iterdir()] == ["host-2-0"]
