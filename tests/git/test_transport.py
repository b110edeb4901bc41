"""Push, fetch, list: against repositories on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.refs import Ref, RefChange, change_refs, create_ref, read_ref
from gitexp.git.repo import Repo, find_repo
from gitexp.git.transport import Pushed, fetch, list_remote, push, remote_names
from tests.repos import commit_all, make_repo, write_files

A, B = "refs/exps/12/34/a", "refs/exps/12/34/b"


@pytest.fixture
def repo(work: Path) -> Repo:
    make_repo(work / "local", {"a.txt": "a"})
    run_git(work, "clone", "-q", "--bare", str(work / "local"), str(work / "hub.git"))
    run_git(work / "local", "remote", "add", "origin", str(work / "hub.git"))
    return find_repo(work / "local")


def commit(repo: Repo) -> str:
    write_files(repo.work_tree, {"b.txt": run_git(repo.work_tree, "rev-parse", "HEAD").text})
    return commit_all(repo.work_tree)


def test_pushed_refs_are_on_the_remote(repo: Repo) -> None:
    first = commit(repo)
    create_ref(repo, A, first)
    create_ref(repo, B, first)
    assert push(repo, "origin", [f"{A}:{A}", f"{B}:{B}"]) == [Pushed(A, "new"), Pushed(B, "new")]
    assert list_remote(repo, "origin", "refs/exps/") == [Ref(A, first), Ref(B, first)]
    assert push(repo, "origin", [f"{A}:{A}"]) == [Pushed(A, "unchanged")]
    assert push(repo, "origin", [f":{A}"]) == [Pushed(A, "deleted")]
    assert list_remote(repo, "origin", "refs/exps/") == [Ref(B, first)]


def test_a_lease_protects_what_somebody_else_pushed(repo: Repo) -> None:
    first, second = commit(repo), commit(repo)
    create_ref(repo, A, first)
    push(repo, "origin", [f"{A}:{A}"])
    change_refs(repo, [RefChange(A, second, first)])
    [refused] = push(repo, "origin", [f"{A}:{A}"], force_with_lease={A: second})
    assert (refused.ref, refused.outcome, refused.reason) == (A, "rejected", "stale info")
    [done] = push(repo, "origin", [f"{A}:{A}"], force_with_lease={A: first})
    assert done.outcome in ("updated", "forced")
    [taken] = push(repo, "origin", [f"{A}:{A}"], force_with_lease={A: ""})
    assert taken.outcome in ("rejected", "unchanged")


def test_a_fetch_brings_the_refs_and_nothing_else(repo: Repo, work: Path) -> None:
    create_ref(repo, A, commit(repo))
    run_git(repo.work_tree, "tag", "v1")
    push(repo, "origin", [f"{A}:{A}", "refs/heads/main", "refs/tags/v1"])
    other = find_repo(make_repo(work / "other", {"x": "x"}))
    run_git(other.work_tree, "remote", "add", "origin", str(work / "hub.git"))
    fetch(other, "origin", ["+refs/exps/*:refs/exps/*"])
    assert read_ref(other, A) == read_ref(repo, A)
    refs = run_git(other.work_tree, "for-each-ref", "--format=%(refname)").text.splitlines()
    assert refs == [A, "refs/heads/main"]
    assert not (other.git_dir / "FETCH_HEAD").exists()


def test_nothing_to_push_or_fetch_asks_nobody(repo: Repo) -> None:
    assert push(repo, "none", []) == []
    fetch(repo, "none", [])


def test_an_unknown_remote_is_an_error_that_names_it(repo: Repo) -> None:
    for ask in (
        lambda: push(repo, "nowhere", ["HEAD:refs/heads/x"]),
        lambda: fetch(repo, "nowhere", ["HEAD"]),
        lambda: list_remote(repo, "nowhere", "refs/"),
    ):
        with pytest.raises(ExpError, match="Git remote 'nowhere'"):
            ask()


def test_a_remote_that_looks_like_an_option_is_none(repo: Repo, work: Path) -> None:
    with pytest.raises(ExpError):
        fetch(repo, f"--upload-pack=touch {work}/owned", ["HEAD"])
    with pytest.raises(ExpError):
        list_remote(repo, f"--upload-pack=touch {work}/owned", "refs/")
    assert not (work / "owned").exists()


def test_a_hook_that_refuses_the_push_is_heard(repo: Repo) -> None:
    hook = repo.common_dir / "hooks/pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ExpError, match="not today"):
        push(repo, "origin", ["HEAD:refs/heads/x"])


def test_the_remotes_are_listed(repo: Repo) -> None:
    assert remote_names(repo) == ["origin"]
