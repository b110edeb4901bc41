"""A remote and clones of it, with experiments that are only refs: what sharing needs, without runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import list_experiments
from gitexp.experiment.message import Facts, compose
from gitexp.experiment.share.shared import read_remote
from gitexp.project import Project, find_project
from tests.experiment.exps import add_commit
from tests.programs import git
from tests.repos import make_project


@dataclass(frozen=True)
class Clone:
    """A working copy whose remote `origin` is the hub."""

    path: Path

    @property
    def project(self) -> Project:
        return find_project(self.path)

    @property
    def head(self) -> str:
        return git(self.path, "rev-parse", "HEAD")

    def add(self, name: str) -> Experiment:
        """An experiment on HEAD, different from one of the same name in another clone."""
        head = self.head
        commit = add_commit(self.path, [head], compose(Facts(name, note=f"by {self.path.name}")))
        experiment = Experiment(name, commit, head)
        git(self.path, "update-ref", experiment.ref, commit)
        return experiment

    def names(self) -> list[str]:
        return [one.name for one in list_experiments(self.project.repo)]

    def there(self) -> dict[str, str]:
        """Name -> commit on the remote."""
        found = read_remote(self.project.repo, "origin").experiments.values()
        return {one.name: one.commit for one in found}


def make_hub(folder: Path, files: dict[str, str] | None = None) -> Clone:
    """A bare repository `hub.git` and a first clone `ann` of it."""
    make_project(folder / "ann", {"a.txt": "a", **(files or {})})
    git(folder, "clone", "-q", "--bare", "ann", "hub.git")
    git(folder / "ann", "remote", "add", "origin", str(folder / "hub.git"))
    return Clone(folder / "ann")


def clone_hub(folder: Path, name: str, *options: str) -> Clone:
    """Another clone of the hub."""
    git(folder, "clone", "-q", *options, (folder / "hub.git").as_uri(), name)
    return Clone(folder / name)
