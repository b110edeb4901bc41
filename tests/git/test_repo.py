"""Finding the repository and HEAD, and what forbids a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import author, find_repo, read_config, read_head, require_baseline
from tests.repos import commit_all, make_repo, write_files


def git(path: Path, *args: str) -> str:
    return run_git(path, *args).text


def conflict(path: Path) -> None:
    """Two branches that change the same line; HEAD is on `main`."""
    make_repo(path, {"a.txt": "one\n"})
    git(path, "checkout", "-qb", "side")
    write_files(path, {"a.txt": "side\n"})
    commit_all(path)
    git(path, "checkout", "-q", "main")
    write_files(path, {"a.txt": "main\n"})
    commit_all(path)


def test_the_repo_is_found_from_a_folder_deep_inside(work: Path) -> None:
    make_repo(work, {"deep/er/a.txt": "a"})
    repo = find_repo(work / "deep/er")
    assert (repo.work_tree, repo.git_dir, repo.common_dir) == (work, work / ".git", work / ".git")
    assert repo.state_dir == work / ".git/gitexp"


def test_a_linked_worktree_shares_the_common_dir(work: Path) -> None:
    make_repo(work / "main", {"a.txt": "a"})
    git(work / "main", "worktree", "add", "-q", "-b", "side", str(work / "linked"))
    repo = find_repo(work / "linked")
    assert repo.work_tree == work / "linked"
    assert repo.git_dir == work / "main/.git/worktrees/linked"
    assert repo.common_dir == work / "main/.git"
    assert read_head(repo).branch == "side"


def test_a_worktree_of_a_bare_repository_is_found(work: Path) -> None:
    make_repo(work / "origin", {"a.txt": "a"})
    git(work, "clone", "-q", "--bare", str(work / "origin"), str(work / "bare.git"))
    git(work / "bare.git", "worktree", "add", "-q", str(work / "tree"), "main")
    assert find_repo(work / "tree").common_dir == work / "bare.git"


def test_a_submodule_is_a_repository_of_its_own(work: Path) -> None:
    make_repo(work / "lib", {"lib.py": "x = 1\n"})
    make_repo(work / "super", {"a.txt": "a"})
    git(work / "super", "submodule", "add", "-q", str(work / "lib"), "lib")
    repo = find_repo(work / "super/lib")
    assert repo.work_tree == work / "super/lib"
    assert repo.git_dir == repo.common_dir == work / "super/.git/modules/lib"


def test_a_symlinked_folder_is_the_real_one(work: Path) -> None:
    make_repo(work / "real", {"a.txt": "a"})
    (work / "alias").symlink_to(work / "real")
    assert find_repo(work / "alias").work_tree == work / "real"


def test_git_dir_of_a_hook_is_not_believed(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_repo(work / "hook", {"a.txt": "a"})
    make_repo(work / "here", {"b.txt": "b"})
    monkeypatch.setenv("GIT_DIR", str(work / "hook/.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(work / "hook/.git/index"))
    repo = find_repo(work / "here")
    assert repo.git_dir == work / "here/.git"
    assert git(repo.work_tree, "ls-files") == "b.txt"


@pytest.mark.parametrize("place", ["", "sub"])
def test_outside_a_repository_the_hint_is_git_init(work: Path, place: str) -> None:
    (work / "sub").mkdir()
    with pytest.raises(ExpError, match="not inside a Git repository") as caught:
        find_repo(work / place)
    assert "git init" in str(caught.value.hint)


@pytest.mark.parametrize("place", ["bare.git", "bare.git/refs", "repo/.git", "repo/.git/objects"])
def test_a_bare_repository_and_the_inside_of_git_have_no_working_tree(work: Path, place: str) -> None:
    make_repo(work / "repo", {"a.txt": "a"})
    git(work, "init", "-q", "--bare", str(work / "bare.git"))
    with pytest.raises(ExpError, match="no working tree"):
        find_repo(work / place)


def test_a_dangling_git_file_says_how_to_repair_it(work: Path) -> None:
    (work / ".git").write_text("gitdir: /nowhere/at/all\n")
    with pytest.raises(ExpError, match="not a Git folder") as caught:
        find_repo(work)
    assert "worktree repair" in str(caught.value.hint)


def test_head_on_a_branch_loose_and_packed(work: Path) -> None:
    make_repo(work, {"a.txt": "a"})
    repo = find_repo(work)
    loose = read_head(repo)
    git(work, "pack-refs", "--all")
    assert not (work / ".git/refs/heads/main").exists()
    assert read_head(repo) == loose
    assert (loose.commit, loose.branch) == (git(work, "rev-parse", "HEAD"), "main")


def test_a_detached_head_has_no_branch(work: Path) -> None:
    make_repo(work, {"a.txt": "a"})
    git(work, "checkout", "-q", "--detach")
    head = read_head(find_repo(work))
    assert (head.commit, head.branch) == (git(work, "rev-parse", "HEAD"), None)


def test_an_unborn_branch_has_a_name_and_no_commit(work: Path) -> None:
    repo = find_repo(make_repo(work))
    assert (read_head(repo).commit, read_head(repo).branch) == (None, "main")
    with pytest.raises(ExpError, match="no commit yet") as caught:
        require_baseline(repo)
    assert "git commit" in str(caught.value.hint)


@pytest.mark.parametrize("operation", ["merge", "rebase", "cherry-pick"])
def test_an_operation_in_progress_forbids_a_run(work: Path, operation: str) -> None:
    conflict(work)
    run_git(work, operation, "side", check=False)
    with pytest.raises(ExpError, match=f"a {operation}.* is in progress") as caught:
        require_baseline(find_repo(work))
    assert f"git {operation} --abort" in str(caught.value.hint)


def test_a_revert_in_progress_forbids_a_run(work: Path) -> None:
    conflict(work)
    write_files(work, {"a.txt": "later\n"})
    commit_all(work)
    run_git(work, "revert", "--no-edit", "HEAD~1", check=False)
    with pytest.raises(ExpError, match="a revert is in progress"):
        require_baseline(find_repo(work))


def test_a_bisect_is_no_obstacle(work: Path) -> None:
    make_repo(work, {"a.txt": "a"})
    git(work, "bisect", "start")
    assert require_baseline(find_repo(work)) == git(work, "rev-parse", "HEAD")


def test_the_author_is_gits(work: Path) -> None:
    assert author(find_repo(make_repo(work))) == "Ann Example <ann@example.com>"


def test_without_a_name_git_would_not_commit(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_repo(work)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(work, "config", "user.useConfigOnly", "true")
    with pytest.raises(ExpError, match="does not know who you are") as caught:
        author(find_repo(work))
    assert "user.name" in str(caught.value.hint)


def test_config_keys_are_lower_case_and_the_last_value_wins(work: Path) -> None:
    make_repo(work)
    git(work, "config", "exp.snapshotMaxSize", "10m")
    git(work, "config", "--add", "exp.jobs", "2")
    git(work, "config", "--add", "exp.jobs", "3")
    git(work, "config", "experiment.jobs", "9")
    assert read_config(find_repo(work)) == {"exp.snapshotmaxsize": "10m", "exp.jobs": "3"}
