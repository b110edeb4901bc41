"""One Slurm, one Grid Engine and one OAR for all tests of a process that need them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gridengine import GridEngine, start_gridengine
from tests.oar import Oar, start_oar
from tests.queue.engines.batch_ground import make_waiting_far
from tests.queue.far.ground import Far
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


@pytest.fixture(scope="session")
def one_gridengine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GridEngine]:
    engine = start_gridengine(tmp_path_factory.mktemp("gridengine"))
    yield engine
    engine.stop()


@pytest.fixture
def gridengine(one_gridengine: GridEngine, monkeypatch: pytest.MonkeyPatch) -> Iterator[GridEngine]:
    """A Grid Engine without jobs, to which commands of the test speak."""
    one_gridengine.environment_for(monkeypatch)
    yield one_gridengine
    one_gridengine.clear()


@pytest.fixture(scope="session")
def one_oar() -> Iterator[Oar]:
    oar = start_oar()
    yield oar
    oar.stop()


@pytest.fixture
def oar(one_oar: Oar, monkeypatch: pytest.MonkeyPatch) -> Iterator[Oar]:
    """An OAR without jobs, to which commands of the test speak."""
    one_oar.environment_for(monkeypatch)
    yield one_oar
    one_oar.clear()


@pytest.fixture
def far(work: Path, monkeypatch: pytest.MonkeyPatch) -> Far:
    """A project whose experiments wait as wait.sh says."""
    return make_waiting_far(work, monkeypatch)
