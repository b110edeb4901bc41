"""A project whose queue a batch system is to run, and submission as from a login node."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import git
from tests.queue.far.ground import Far, make_far
from tests.slurm import states, status, submit_and_leave

CONFIG = """\
jobqueue:
  {system}:
    cores: 1
    memory: 300MB
    local-directory: {scratch}
    job-script-prologue: [export GITEXP_WORK={scratch}]
"""
SMALL = ("-o", "scheduler-memory=300MB")


def make_waiting_far(work: Path, monkeypatch: pytest.MonkeyPatch) -> Far:
    """Its experiments run wait.sh first, which is empty; its path has blanks."""
    place = work / "my place"
    place.mkdir()
    far = make_far(place, monkeypatch)
    far.lab.edit("dvc.yaml", lambda text: text.replace("cmd: grep", f"cmd: sh {work}/wait.sh; grep"))
    (work / "wait.sh").write_text("")
    git(far.lab.path, "commit", "-qam", "waits")
    return far


def configure(system: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "dask").mkdir()
    (work / "dask" / "jobqueue.yaml").write_text(CONFIG.format(system=system, scratch=work / "scratch"))
    monkeypatch.setenv("DASK_CONFIG", str(work / "dask"))


def submit(far: Far, system: str, *words: str) -> None:
    """As from a login node, of which nothing is left afterwards."""
    submit_and_leave(far.lab.path, "--on", f"dask={system}", *SMALL, *words)


def reason(far: Far, name: str = "e") -> str:
    """Why an entry stands as it does, as `exp queue status` says."""
    [entry] = [entry for entry in status(far.lab.path)["entries"] if entry["name"] == name]
    return str(entry["engine"] and entry["engine"]["reason"])


def hold(work: Path) -> Path:
    """Let experiments wait until the file is there."""
    (work / "wait.sh").write_text(f"echo begun; while [ ! -e {work}/go ]; do sleep 0.1; done\n")
    return work / "go"


def count_running(far: Far) -> int:
    return list(states(far.lab.path).values()).count("running")
