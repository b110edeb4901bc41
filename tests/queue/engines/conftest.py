"""One Slurm for all tests of a process that need it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm import Cluster, lay_down, start_slurm


@pytest.fixture(scope="session")
def one_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = start_slurm(tmp_path_factory.mktemp("slurm"))
    yield cluster
    cluster.stop()


@pytest.fixture
def cluster(one_cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A Slurm without jobs, to which commands of the test speak."""
    monkeypatch.setenv("SLURM_CONF", str(one_cluster.conf))
    yield one_cluster
    one_cluster.run("scancel", "--user=root", check=False)


@pytest.fixture
def project(work: Path) -> Path:
    """A pipeline whose second stage waits for a file, if told so."""
    return lay_down(work / "a project")
