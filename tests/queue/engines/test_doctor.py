"""`exp queue doctor`: what a node has is told in lines; what it lacks with a hint."""

from __future__ import annotations

import json
from pathlib import Path

from gitexp.project import find_project
from gitexp.queue.engines.probe import findings
from tests.programs import exp, exp_ok, git
from tests.slurm import Cluster, lay_down


def test_a_sound_cluster_is_well(cluster: Cluster, project: Path) -> None:
    said = exp_ok(project, "queue", "doctor", "--on", "slurm", "--gres", "gpu:1")
    assert [line.split()[:2] for line in said.splitlines() if line[0] != " "] == [
        ["ok", check]
        for check in ("node", "repository", "git", "exp", "cache", "links", "scratch", "clock", "devices")
    ]
    told = json.loads(exp_ok(project, "queue", "doctor", "--on", "slurm", "--json"))
    assert told["well"]
    assert told["on"] == "slurm"
    assert not list((project / ".git/gitexp/queue/slurm").iterdir())


def test_an_interpreter_that_nodes_lack_is_named(cluster: Cluster, project: Path) -> None:
    git(project, "config", "exp.slurm.python", "/no/such/python")
    said = exp(project, "queue", "doctor", "--on", "slurm")
    assert said.code == 1
    assert "BAD exp" in said.out
    assert "`git config exp.slurm.python` names the interpreter there" in said.out


def test_a_job_that_does_not_begin_is_not_waited_for_for_ever(cluster: Cluster, project: Path) -> None:
    refused = exp(project, "queue", "doctor", "--on", "slurm", "-o", "sbatch=--hold", "--wait", "1")
    assert refused.code == 1
    assert "is still pending after 1 s: JobHeldUser" in refused.err
    assert cluster.run("squeue", "-h") == ""


def test_clocks_that_differ_and_a_hidden_repository_are_seen(work: Path) -> None:
    project = find_project(lay_down(work / "p"))
    told = {"node": "n7", "repo": "no", "git": "sh: git: not found", "now": "1000.5", "touched": "990.0"}
    bad = {finding.check: finding.words for finding in findings(project, told, 0.1) if not finding.well}
    assert bad["clock"] == "10.4 s ahead of ours"
    assert {"repository", "git", "exp", "cache", "clock"} == set(bad)
