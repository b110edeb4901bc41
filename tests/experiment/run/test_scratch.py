"""Worktrees of jobs lie on the disk of their node, and nothing of them is left in Git."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from gitexp.build.stop import Stop
from gitexp.experiment.request import RunRequest
from gitexp.experiment.run.scratch import scratch_of
from gitexp.experiment.run.session import open_session
from gitexp.git.worktree import WorktreePool
from gitexp.project import Project, find_project
from tests.programs import git
from tests.repos import make_project

JOB = {"SLURM_JOB_ID": "7", "SLURMD_NODENAME": "n1"}


@pytest.fixture
def project(work: Path) -> Project:
    return find_project(make_project(work / "p", {"params.yaml": "n: 0\n"}))


def test_outside_of_jobs_nothing_changes(project: Project) -> None:
    assert scratch_of(project, {"TMPDIR": "/tmp"}) is None


def test_a_job_takes_what_is_said_then_its_own_folder_then_the_repository(
    project: Project, work: Path
) -> None:
    (work / "mine").mkdir()
    (work / "job").mkdir()
    own = {**JOB, "TMPDIR": str(work / "job")}
    brief = scratch_of(project, own)
    assert brief is not None
    assert brief.brief
    assert brief.folder.is_relative_to(work / "job")
    git(project.root, "config", "exp.scratch", str(work / "mine"))
    lasting = scratch_of(project, own)
    assert lasting is not None
    assert not lasting.brief
    assert lasting.folder.is_relative_to(work / "mine")
    git(project.root, "config", "--unset", "exp.scratch")
    last = scratch_of(project, {**JOB, "TMPDIR": "/does/not/exist"})
    assert last is not None
    assert last.folder == project.repo.state_dir / "nodes" / "n1" / "worktrees"


def test_two_nodes_have_a_worktree_of_the_same_number_each(project: Project, work: Path) -> None:
    head = git(project.root, "rev-parse", "HEAD")
    tree = git(project.root, "rev-parse", "HEAD^{tree}")
    pools = [WorktreePool(project.repo, work / node / "worktrees") for node in ("n1", "n2")]
    lent = [pool.acquire(head, tree) for pool in pools]
    assert [worktree.id for worktree in lent] == ["001", "001"]
    assert lent[0].git_dir != lent[1].git_dir
    for pool, worktree in zip(pools, lent, strict=True):
        assert git(worktree.path, "rev-parse", "HEAD") == head
        pool.release(worktree)
    pools[0].dismantle()
    assert not lent[0].git_dir.exists()
    assert lent[1].git_dir.exists()


def test_what_a_job_leaves_when_its_folder_goes_is_forgotten_by_its_node_only(
    project: Project, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(project.root, "rev-parse", "HEAD")
    tree = git(project.root, "rev-parse", "HEAD^{tree}")
    monkeypatch.setenv("SLURMD_NODENAME", "n1")
    lent = WorktreePool(project.repo, work / "gone" / "worktrees").acquire(head, tree)
    shutil.rmtree(work / "gone")  # killed, and the node has removed its folder
    git(project.root, "worktree", "prune")
    monkeypatch.setenv("SLURMD_NODENAME", "n2")
    WorktreePool(project.repo).sweep()
    assert lent.git_dir.exists()
    monkeypatch.setenv("SLURMD_NODENAME", "n1")
    WorktreePool(project.repo).sweep()
    assert not lent.git_dir.exists()


def test_a_session_in_a_job_leaves_nothing_behind(
    project: Project, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "job").mkdir()
    for name, value in {**JOB, "SLURM_TMPDIR": str(work / "job")}.items():
        monkeypatch.setenv(name, value)
    head, tree = git(project.root, "rev-parse", "HEAD"), git(project.root, "rev-parse", "HEAD^{tree}")
    with open_session(project, RunRequest(), Stop()) as session:
        worktree = session.pool.acquire(head, tree)
        assert worktree.path.is_relative_to(work / "job")
        session.pool.release(worktree)
    assert os.listdir(project.repo.common_dir / "worktrees") == []
