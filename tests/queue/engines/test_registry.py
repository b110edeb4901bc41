"""Engines by name; those of others by entry point."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.project import find_project
from gitexp.queue.engines.registry import Target, open_engine, parse_target
from tests.programs import EXP, exp_ok
from tests.repos import make_project

OTHERS = """\
from gitexp.queue.engines.engine import Standing, Ticket, Word

class Elsewhere:
    name = "elsewhere"
    def __init__(self, address): self.address = address
    def submit(self, entries, order):
        for entry in entries:
            print("submitted", entry.name, dict(order.options))
            yield [Ticket(entry.id, self.name, self.address, "job-" + entry.name, 0.0)]
    def poll(self, tickets): return {t.entry: Word(Standing.PENDING, "WAITING", "no room") for t in tickets}
    def cancel(self, tickets): print("cancelled", *[t.handle for t in tickets])
    def logs(self, ticket): return None

def open_elsewhere(project, address): return Elsewhere(address)
"""


def test_targets_have_a_name_and_perhaps_an_address() -> None:
    assert parse_target("slurm") == Target("slurm")
    assert parse_target("dask=tcp://h:1?a=b") == Target("dask", "tcp://h:1?a=b")
    with pytest.raises(ExpError, match="names no engine"):
        parse_target("=x")


def test_an_unknown_engine_is_refused_with_the_near_names(work: Path) -> None:
    project = find_project(make_project(work / "p", {"params.yaml": "n: 0\n"}))
    with pytest.raises(ExpError, match="no engine is called 'locale'") as refused:
        open_engine(project, Target("locale"))
    assert refused.value.hint == "did you mean local?"


def test_an_engine_of_others_is_found_by_its_entry_point(work: Path) -> None:
    site = work / "site"
    info = site / "elsewhere-1.dist-info"
    info.mkdir(parents=True)
    (site / "elsewhere.py").write_text(OTHERS)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[gitexp.engines]\nelsewhere = elsewhere:open_elsewhere\n")
    pipeline = "stages:\n  a:\n    cmd: echo ${n} > out\n    params: [n]\n    outs: [out]\n"
    project = make_project(
        work / "p", {"params.yaml": "n: 0\n", "dvc.yaml": pipeline, ".gitignore": "/out\n"}
    )
    exp_ok(project, "run", "--queue", "-q", "-n", "one", "-S", "n=1")

    def exp(*words: str) -> str:
        command = ["env", f"PYTHONPATH={site}", *EXP, *words]
        return subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout

    assert exp("queue", "start", "--on", "elsewhere=there", "-o", "size=2").splitlines()[:2] == [
        "submitted one {'size': ('2',)}",
        "Submitted 1 experiment to elsewhere=there.",
    ]
    assert "elsewhere job-one waiting: no room" in exp("queue", "status")
    assert exp("queue", "stop") == "cancelled job-one\nTaken back into the queue: one\n"
    assert "Queued" in exp("queue", "status")
