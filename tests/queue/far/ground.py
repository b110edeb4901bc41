"""A project whose queue is run elsewhere: bare Git remote, data remote, machines with their own folders."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitexp.experiment.request import RunRequest
from gitexp.queue.enqueue import enqueue
from gitexp.queue.far.parcel import Waybill, dump_waybill, send_parcel
from gitexp.queue.far.runs import FarRun
from gitexp.queue.far.task import FarResult, run_waybill
from gitexp.queue.job import QueuedJob
from tests.experiment.lab import Lab, make_lab
from tests.programs import git, start

_WORK = """
import sys
from gitexp.queue.far.task import run_waybill
from gitexp.queue.far.parcel import parse_waybill
done = run_waybill(parse_waybill(sys.argv[1]))
print(done.outcome.value, done.state, done.why)
"""


@dataclass(frozen=True)
class Far:
    """`lab` is where the queue is, `hub` the bare repository that it pushes to, `store` the data remote."""

    lab: Lab
    hub: Path
    store: Path
    patch: pytest.MonkeyPatch

    def queue(self, *overrides: str, name: str | None = None, force: bool = False) -> list[QueuedJob]:
        request = RunRequest(overrides=overrides, name=name, force=force)
        return list(enqueue(self.lab.project, request).jobs)

    def send(self, *overrides: str, name: str | None = None, force: bool = False) -> list[Waybill]:
        jobs = self.queue(*overrides, name=name, force=force)
        return send_parcel(self.lab.project.repo, "origin", jobs)

    def work(self, waybill: Waybill, at: str = "far", run: FarRun | None = None) -> FarResult:
        """Run an entry on the machine `at`."""
        self.patch.setenv("GITEXP_WORK", str(self.machine(at)))
        return run_waybill(waybill, run)

    def start(self, waybill: Waybill, at: str) -> subprocess.Popen[str]:
        """The same in a process of its own, which prints what became of it."""
        argv = (sys.executable, "-c", _WORK, dump_waybill(waybill))
        return start(self.lab.path, argv, {"GITEXP_WORK": str(self.machine(at))})

    def machine(self, name: str) -> Path:
        return self.hub.parent / name

    def clone(self, at: str = "far") -> Path:
        (found,) = self.machine(at).glob("*/clone")
        return found

    def refs(self, prefix: str = "refs/") -> list[str]:
        return git(self.hub, "for-each-ref", "--format=%(refname)", prefix).split()

    def experiments(self) -> dict[str, str]:
        """Name -> commit, on the Git remote."""
        lines = git(self.hub, "for-each-ref", "--format=%(refname) %(objectname)", "refs/exps").splitlines()
        pairs = (line.rpartition("/")[2].split() for line in lines)
        return dict(pairs)


def make_far(work: Path, patch: pytest.MonkeyPatch, **files: str) -> Far:
    lab = make_lab(work / "project", **files)
    hub, store = work / "hub.git", work / "store"
    git(work, "init", "-q", "--bare", str(hub))
    lab.git("remote", "add", "origin", "../hub.git")
    lab.write(".dvc/config", f"[core]\nremote = store\n['remote \"store\"']\nurl = {store}\n")
    lab.git("commit", "-qam", "a remote")
    return Far(lab, hub, store, patch)
