"""Submodules of a worktree come from the user's checkouts, without network."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import Repo, find_repo
from gitexp.git.snapshot import take_snapshot
from gitexp.git.worktree import Worktree, WorktreePool, write_tree
from tests.repos import commit_all, make_repo, write_files


def git(path: Path, *args: str) -> str:
    return run_git(path, *args).text


@pytest.fixture
def repo(work: Path) -> Repo:
    """A repository with submodule `lib`, which has submodule `deep`; what they came from is gone."""
    make_repo(work / "deep", {"deep.py": "1\n"})
    make_repo(work / "lib", {"lib.py": "1\n"})
    git(work / "lib", "submodule", "add", "-q", str(work / "deep"), "deep")
    git(work / "lib", "commit", "-qm", "deep")
    make_repo(work / "super", {"a.txt": "a\n"})
    git(work / "super", "submodule", "add", "-q", str(work / "lib"), "lib")
    git(work / "super", "submodule", "update", "-q", "--init", "--recursive")
    git(work / "super", "commit", "-qm", "lib")
    shutil.rmtree(work / "deep")
    shutil.rmtree(work / "lib")
    return find_repo(work / "super")


def lend(pool: WorktreePool, repo: Repo) -> Worktree:
    return pool.acquire(git(repo.work_tree, "rev-parse", "HEAD"), take_snapshot(repo, 1 << 20).tree)


def test_submodules_are_real_checkouts_nested_ones_too(repo: Repo) -> None:
    worktree = lend(WorktreePool(repo), repo)
    assert (worktree.path / "lib/lib.py").read_text() == (worktree.path / "lib/deep/deep.py").read_text()
    assert git(worktree.path / "lib", "rev-parse", "HEAD") == git(repo.work_tree / "lib", "rev-parse", "HEAD")
    assert git(worktree.path, "status", "--porcelain") == ""
    assert write_tree(worktree) == git(repo.work_tree, "rev-parse", "HEAD^{tree}")


def test_nothing_leaks_through_a_submodule(repo: Repo) -> None:
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    write_files(worktree.path / "lib", {"lib.py": "2\n", "x.log": "x", "deep/y.log": "y"})
    commit_all(worktree.path / "lib")
    write_files(worktree.path / "lib", {"deep/deep.py": "2\n"})
    pool.release(worktree)
    again = lend(pool, repo)
    assert (again.path / "lib/lib.py").read_text() == (again.path / "lib/deep/deep.py").read_text() == "1\n"
    assert git(again.path, "status", "--porcelain", "--ignored") == ""
    assert not (again.path / "lib/x.log").exists() and not (again.path / "lib/deep/y.log").exists()
    assert (repo.work_tree / "lib/lib.py").read_text() == "1\n"


def test_a_submodule_that_became_another_repository_is_not_touched_through(repo: Repo, work: Path) -> None:
    make_repo(work / "precious", {"lib.py": "precious\n"})
    pool = WorktreePool(repo)
    worktree = lend(pool, repo)
    write_files(work / "precious", {"lib.py": "not committed\n"})
    shutil.rmtree(worktree.path / "lib")
    (worktree.path / "lib").symlink_to(work / "precious")
    pool.release(worktree)
    again = lend(pool, repo)
    assert (again.path / "lib/lib.py").read_text() == "1\n"
    assert not (again.path / "lib").is_symlink()
    assert (work / "precious/lib.py").read_text() == "not committed\n"


def test_a_moved_submodule_runs_at_the_users_commit(repo: Repo) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    write_files(repo.work_tree / "lib", {"lib.py": "2\n"})
    git(repo.work_tree / "lib", "commit", "-qam", "newer")
    assert (lend(pool, repo).path / "lib/lib.py").read_text() == "2\n"


def test_a_submodule_that_is_not_checked_out_stays_empty(repo: Repo) -> None:
    pool = WorktreePool(repo)
    git(repo.work_tree, "submodule", "deinit", "-q", "--force", "lib")
    worktree = lend(pool, repo)
    assert list((worktree.path / "lib").iterdir()) == []
    write_files(worktree.path, {"lib/by-the-stage": "x"})
    pool.release(worktree)
    assert list((lend(pool, repo).path / "lib").iterdir()) == []


def test_a_commit_that_the_submodule_lacks_is_named_with_the_remedy(repo: Repo) -> None:
    missing = "1" * 40
    git(repo.work_tree, "update-index", "--cacheinfo", f"160000,{missing},lib")
    tree = git(repo.work_tree, "write-tree")
    with pytest.raises(ExpError, match="submodule lib can't be checked out at 1111111") as caught:
        WorktreePool(repo).acquire(git(repo.work_tree, "rev-parse", "HEAD"), tree)
    assert "submodule update --init lib" in str(caught.value.hint)


def test_a_submodule_that_is_gone_from_the_tree_is_gone_from_the_worktree(repo: Repo) -> None:
    pool = WorktreePool(repo)
    pool.release(lend(pool, repo))
    git(repo.work_tree, "rm", "-q", "-f", "lib")
    git(repo.work_tree, "commit", "-qm", "without lib")
    worktree = lend(pool, repo)
    assert sorted(path.name for path in worktree.path.iterdir()) == [".git", ".gitmodules", "a.txt"]
