"""Refs: listed and read without git, changed atomically."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.pack_refs import pack_refs
from gitexp.git.refs import (
    Ref,
    RefChange,
    RefConflict,
    change_refs,
    create_ref,
    list_refs,
    names_of,
    read_ref,
    resolve,
)
from gitexp.git.repo import Repo, find_repo
from tests.repos import commit_all, make_repo, write_files


@pytest.fixture
def repo(work: Path) -> Repo:
    return find_repo(make_repo(work, {"a.txt": "a\n"}))


def head(repo: Repo) -> str:
    return run_git(repo.work_tree, "rev-parse", "HEAD").text


def more(repo: Repo) -> str:
    """One more commit."""
    write_files(repo.work_tree, {"b.txt": head(repo)})
    return commit_all(repo.work_tree)


def test_refs_are_listed_sorted_loose_and_packed_together(repo: Repo) -> None:
    first, second = head(repo), more(repo)
    for name in ("b", "a"):
        create_ref(repo, f"refs/exps/12/34/{name}", first)
    pack_refs(repo)
    change_refs(repo, [RefChange("refs/exps/12/34/a", second, first)])
    create_ref(repo, "refs/exps/12/34/c", second)
    assert list_refs(repo, "refs/exps/") == [
        Ref("refs/exps/12/34/a", second),
        Ref("refs/exps/12/34/b", first),
        Ref("refs/exps/12/34/c", second),
    ]
    assert [ref.name for ref in list_refs(repo, "refs/exps/12/34/c")] == ["refs/exps/12/34/c"]


def test_listing_agrees_with_git(repo: Repo) -> None:
    run_git(repo.work_tree, "tag", "-m", "annotated", "v1")
    run_git(repo.work_tree, "branch", "topic/deep")
    pack_refs(repo)
    run_git(repo.work_tree, "branch", "loose")
    asked = run_git(repo.work_tree, "for-each-ref", "--format=%(refname) %(objectname)").text.splitlines()
    assert [f"{ref.name} {ref.oid}" for ref in list_refs(repo, "refs/")] == asked


def test_a_prefix_without_refs_lists_nothing(repo: Repo) -> None:
    assert list_refs(repo, "refs/exps/") == []


def test_lock_files_and_damaged_refs_are_no_refs(repo: Repo) -> None:
    folder = repo.common_dir / "refs/exps/12"
    folder.mkdir(parents=True)
    (folder / "a.lock").write_text(head(repo))
    (folder / "cut").write_text("")
    assert list_refs(repo, "refs/exps/") == []


def test_read_ref_knows_symbolic_and_missing_refs(repo: Repo) -> None:
    run_git(repo.work_tree, "symbolic-ref", "refs/heads/alias", "refs/heads/main")
    assert read_ref(repo, "refs/heads/alias") == read_ref(repo, "HEAD") == head(repo)
    assert read_ref(repo, "refs/heads/none") is None


def test_an_existing_ref_is_not_created_again(repo: Repo) -> None:
    first, second = head(repo), more(repo)
    create_ref(repo, "refs/exps/x", first)
    with pytest.raises(RefConflict):
        create_ref(repo, "refs/exps/x", second)
    assert read_ref(repo, "refs/exps/x") == first


def test_a_ref_below_another_ref_is_a_conflict(repo: Repo) -> None:
    create_ref(repo, "refs/exps/x", head(repo))
    with pytest.raises(RefConflict):
        create_ref(repo, "refs/exps/x/y", head(repo))


def test_of_many_who_create_one_ref_exactly_one_succeeds(repo: Repo) -> None:
    commit, outcomes = head(repo), []

    def create() -> None:
        try:
            create_ref(repo, "refs/exps/race", commit)
            outcomes.append("made")
        except RefConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["made"]


def test_a_transaction_happens_whole_or_not_at_all(repo: Repo) -> None:
    first, second = head(repo), more(repo)
    create_ref(repo, "refs/exps/a", first)
    with pytest.raises(RefConflict):
        change_refs(
            repo, [RefChange("refs/gitexp/kept/a", first, None), RefChange("refs/exps/a", None, second)]
        )
    assert read_ref(repo, "refs/gitexp/kept/a") is None
    change_refs(repo, [RefChange("refs/gitexp/kept/a", first, None), RefChange("refs/exps/a", None, first)])
    assert (read_ref(repo, "refs/exps/a"), read_ref(repo, "refs/gitexp/kept/a")) == (None, first)


def test_force_and_delete_without_a_condition(repo: Repo) -> None:
    first, second = head(repo), more(repo)
    create_ref(repo, "refs/exps/a", first)
    change_refs(repo, [RefChange("refs/exps/a", second, None, force=True)])
    assert read_ref(repo, "refs/exps/a") == second
    change_refs(repo, [RefChange("refs/exps/a", None, None)])
    assert read_ref(repo, "refs/exps/a") is None


def test_an_impossible_name_is_an_error_in_gits_words(repo: Repo) -> None:
    with pytest.raises(ExpError, match="update-ref") as caught:
        create_ref(repo, "refs/exps/a..b", head(repo))
    assert not isinstance(caught.value, RefConflict)


def test_revisions_resolve_to_commits(repo: Repo) -> None:
    first, second = head(repo), more(repo)
    run_git(repo.work_tree, "tag", "-m", "annotated", "v1")
    assert resolve(repo, "HEAD") == resolve(repo, "main") == resolve(repo, "v1") == second
    assert resolve(repo, "HEAD~1") == resolve(repo, first[:7]) == first


@pytest.mark.parametrize(
    "rev", ["", "none", "-h", "--all", "^HEAD", "HEAD..main", "HEAD:a.txt", "a\0b", "HEAD^!"]
)
def test_what_is_no_single_commit_resolves_to_none(repo: Repo, rev: str) -> None:
    more(repo)
    assert resolve(repo, rev) is None


def test_a_commit_is_called_by_the_current_branch_then_tag_then_branch(repo: Repo) -> None:
    first = head(repo)
    run_git(repo.work_tree, "branch", "alpha")
    assert names_of(repo)[first] == "main"
    run_git(repo.work_tree, "tag", "-m", "annotated", "v1")
    assert names_of(repo)[first] == "main"
    second = more(repo)
    assert names_of(repo) == {first: "v1", second: "main"}
