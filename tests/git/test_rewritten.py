"""Commits that were rewritten are recognised: rebased, amended, squashed; gone ones are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.git.repo import Repo, find_repo
from gitexp.git.rewritten import rewritten_commits
from tests.programs import git
from tests.repos import make_repo


@pytest.fixture
def repo(work: Path) -> Repo:
    return find_repo(make_repo(work / "repo", {"a.txt": "a"}))


def commit(repo: Repo, name: str) -> str:
    (repo.work_tree / name).write_text(name)
    git(repo.work_tree, "add", "-A")
    git(repo.work_tree, "commit", "-q", "-m", f"add {name}")
    return head(repo)


def head(repo: Repo, rev: str = "HEAD") -> str:
    return git(repo.work_tree, "rev-parse", rev)


def test_what_branches_tags_and_remotes_reach_was_not_rewritten(repo: Repo) -> None:
    first = head(repo)
    second = commit(repo, "b")
    git(repo.work_tree, "tag", "kept")
    git(repo.work_tree, "reset", "-q", "--hard", first)
    third = commit(repo, "c")
    git(repo.work_tree, "update-ref", "refs/remotes/origin/main", third)
    git(repo.work_tree, "reset", "-q", "--hard", first)
    assert rewritten_commits(repo, [first, second, third, "1" * 40]) == {}


def test_an_amended_commit_is_found_whatever_its_new_words(repo: Repo) -> None:
    old = commit(repo, "b")
    git(repo.work_tree, "commit", "-q", "--amend", "-m", "other words")
    assert rewritten_commits(repo, [old]) == {old: head(repo)}


def test_rebased_commits_are_found_each(repo: Repo) -> None:
    git(repo.work_tree, "switch", "-q", "-c", "topic")
    old = [commit(repo, "b"), commit(repo, "c")]
    git(repo.work_tree, "switch", "-q", "main")
    commit(repo, "d")
    git(repo.work_tree, "rebase", "-q", "main", "topic")
    assert rewritten_commits(repo, old) == {old[0]: head(repo, "topic~1"), old[1]: head(repo, "topic")}


def test_the_last_of_squashed_commits_is_found_by_its_tree(repo: Repo) -> None:
    commit(repo, "b")
    old = commit(repo, "c")
    git(repo.work_tree, "reset", "-q", "--soft", "HEAD~2")
    git(repo.work_tree, "commit", "-q", "-m", "squashed", "--date=2001-01-01T00:00:00")
    assert rewritten_commits(repo, [old]) == {old: head(repo)}


def test_a_deleted_branch_leaves_nothing(repo: Repo) -> None:
    old = commit(repo, "b")
    git(repo.work_tree, "reset", "-q", "--hard", "HEAD~1")
    assert rewritten_commits(repo, [old]) == {old: None}
