"""Experiments for tests, made straight as refs: what a run leaves, without running."""

from __future__ import annotations

from pathlib import Path

import pygit2

from gitexp.experiment.message import Facts, compose
from gitexp.experiment.record import Experiment
from gitexp.git.repo import Repo, find_repo
from tests.repos import AUTHOR, FIRST_COMMIT, make_repo


def make_history(path: Path, commits: int = 1) -> tuple[Repo, list[str]]:
    """A repository with so many commits on main, oldest first."""
    make_repo(path, {"file": "0"})
    repo = pygit2.Repository(str(path))
    ids = [str(repo.head.target)]
    for number in range(1, commits):
        ids.append(add_commit(path, [ids[-1]], f"commit {number}", "refs/heads/main"))
    return find_repo(path), ids


def add_commit(path: Path, parents: list[str], message: str, ref: str | None = None) -> str:
    """A commit with the tree of its first parent."""
    repo = pygit2.Repository(str(path))
    signature = pygit2.Signature(*AUTHOR, FIRST_COMMIT, 0)
    tree = repo[parents[0]].peel(pygit2.Tree).id
    return str(repo.create_commit(ref, signature, signature, message, tree, parents))


def add_experiment(repo: Repo, baseline: str, name: str, project: str = "") -> Experiment:
    """An experiment with a commit of its own, made in the DVC root `project`."""
    commit = add_commit(repo.work_tree, [baseline], compose(Facts(name, project=project)))
    experiment = Experiment(name, commit, baseline)
    pygit2.Repository(str(repo.work_tree)).references.create(experiment.ref, commit)
    return experiment


def refs_of(repo: Repo, prefix: str = "refs/") -> dict[str, str]:
    """Every ref under `prefix` and what it holds, as libgit2 sees them."""
    opened = pygit2.Repository(str(repo.work_tree))
    return {
        name: str(opened.references[name].target) for name in opened.references if name.startswith(prefix)
    }
