"""A small project to run experiments in, and short ways to run and look."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gitexp.experiment.record import ExperimentEvent, RunResult
from gitexp.experiment.request import RunRequest, Scope
from gitexp.experiment.run.run import run_experiments
from gitexp.project import Project, find_project
from tests.repos import make_project

PIPELINE = {
    "params.yaml": "# how it is trained\ntrain:\n  lr: 0.1  # step\nprepare:\n  n: 2\n",
    "data.txt": "abc\n",
    "dvc.yaml": """\
stages:
  prepare:
    cmd: cat data.txt data.txt > prepared.txt
    deps: [data.txt]
    params: [prepare.n]
    outs: [prepared.txt]
  train:
    cmd: grep lr params.yaml > model.txt && cat prepared.txt >> model.txt
    deps: [prepared.txt]
    params: [train.lr]
    outs: [model.txt]
  evaluate:
    cmd: 'printf "{\\"size\\": %s}" $(wc -c < model.txt) > metrics.json'
    deps: [model.txt]
    metrics: [metrics.json: {cache: false}]
""",
}


@dataclass
class Lab:
    """The project at `path`."""

    path: Path
    events: list[ExperimentEvent] = field(default_factory=list)

    @property
    def project(self) -> Project:
        return find_project(self.path)

    def run(
        self,
        *overrides: str,
        name: str | None = None,
        targets: tuple[str, ...] = (),
        force: bool = False,
        jobs: int = 1,
        message: str | None = None,
        copy_paths: tuple[str, ...] = (),
    ) -> list[RunResult]:
        """Run and return the results; what the watcher was told is in `events`."""
        request = RunRequest(Scope(targets), overrides, name, message, force, jobs, False, copy_paths)
        return run_experiments(self.project, request, self.events.append)

    def one(self, *overrides: str, name: str = "one") -> RunResult:
        (result,) = self.run(*overrides, name=name)
        return result

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.path, capture_output=True, text=True, check=True)
        return done.stdout.rstrip("\n")

    def show(self, result: RunResult, path: str) -> str:
        """A file of a finished experiment."""
        assert result.experiment is not None, result
        return self.git("show", f"{result.experiment.commit}:{path}")

    def changed(self, result: RunResult) -> list[str]:
        """What the experiment's commit changes: 'A dvc.lock'."""
        assert result.experiment is not None, result
        lines = self.git("show", "--format=", "--name-status", "--no-renames", result.experiment.commit)
        return sorted(line.replace("\t", " ") for line in lines.splitlines())

    def refs(self) -> list[str]:
        return self.git("for-each-ref", "--format=%(refname)").splitlines()

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def edit(self, name: str, change: Callable[[str], str]) -> None:
        (self.path / name).write_text(change((self.path / name).read_text()))

    def metrics(self) -> dict[str, int]:
        found: dict[str, int] = json.loads((self.path / "metrics.json").read_text())
        return found


def make_lab(path: Path, **files: str) -> Lab:
    """A committed project with PIPELINE and `files` (their names with '__' for '.')."""
    named = {name.replace("__", "."): text for name, text in files.items()}
    return Lab(make_project(path, {**PIPELINE, **named}))
