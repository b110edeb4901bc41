"""Several DVC projects in one repository: commands keep to the one you stand in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.cli import main
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.roots import has_many_roots, of_root
from gitexp.git.repo import Repo, find_repo
from tests.experiment.exps import add_experiment
from tests.programs import git
from tests.repos import commit_all, make_repo, write_files


@pytest.fixture
def repo(work: Path) -> Repo:
    """Two projects, each with an experiment of ours and one as DVC makes them."""
    path = make_repo(work / "repo", {f"{root}/.dvc/config": "" for root in ("a", "b")})
    head = git(path, "rev-parse", "HEAD")
    repo = find_repo(path)
    for root in ("a", "b"):
        add_experiment(repo, head, f"ours-{root}", root)
        write_files(path, {f"{root}/dvc.lock": "schema: '2.0'\n", "shared.txt": root})
        commit = commit_all(path, "dvc: commit experiment 4ce7")
        git(path, "update-ref", Experiment(f"dvc-{root}", commit, head).ref, commit)
        git(path, "reset", "-q", "--hard", head)
    return repo


def names(repo: Repo, root: str) -> list[str]:
    return [one.name for one in of_root(repo, root, list_experiments(repo))]


def test_ours_say_it_and_those_of_dvc_belong_where_their_lock_is(repo: Repo) -> None:
    assert has_many_roots(repo)
    assert names(repo, "a") == ["dvc-a", "ours-a"]
    assert names(repo, "b") == ["dvc-b", "ours-b"]


def test_one_that_changed_nothing_may_be_anybodys(repo: Repo) -> None:
    head = git(repo.work_tree, "rev-parse", "HEAD")
    commit = git(repo.work_tree, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "dvc: commit experiment")
    git(repo.work_tree, "update-ref", Experiment("empty", commit, head).ref, commit)
    assert "empty" in names(repo, "a")
    assert "empty" in names(repo, "b")


def test_list_push_pull_and_remove_keep_to_it(
    repo: Repo, work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git(work, "init", "-q", "--bare", "hub.git")
    git(repo.work_tree, "remote", "add", "origin", str(work / "hub.git"))
    git(repo.work_tree, "push", "-q", "origin", "main")
    monkeypatch.chdir(repo.work_tree / "a")
    assert main(["list", "--name-only"]) == 0
    assert main(["push", "origin"]) == 0
    assert main(["list", "origin", "--name-only"]) == 0
    assert capsys.readouterr().out.split("\n")[3:5] == ["dvc-a", "ours-a"]
    assert main(["push", "origin", "--all-projects"]) == 0
    git(work, "clone", "-q", "hub.git", "clone")
    monkeypatch.chdir(work / "clone/b")
    assert main(["pull", "origin"]) == 0
    assert [one.name for one in list_experiments(find_repo(work / "clone"))] == ["dvc-b", "ours-b"]
    assert main(["remove", "-A"]) == 0
    assert main(["pull", "origin", "--all-projects"]) == 0
    assert len(list_experiments(find_repo(work / "clone"))) == 4
    assert main(["remove", "-A"]) == 0
    assert [one.name for one in list_experiments(find_repo(work / "clone"))] == ["dvc-a", "ours-a"]
