"""Interop: a real DVC beside us, from DVC_BIN or PATH. Without one these tests are skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.programs import Dvc, Finished, finish, start
from tests.repos import fixture_repo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.interop)


@pytest.fixture
def dvc() -> Dvc:
    """`dvc(cwd, *words)`: run a real DVC, which must succeed."""
    binary = os.environ.get("DVC_BIN") or shutil.which("dvc")
    if binary is None:
        pytest.skip("no dvc: set DVC_BIN, or put dvc on PATH")

    def call(cwd: Path, *words: str) -> Finished:
        done = finish(start(cwd, (binary, *words)))
        assert done.code == 0, f"dvc {' '.join(words)}: {done.code}\n{done.out}\n{done.err}"
        return done

    return call


@pytest.fixture
def project(work: Path) -> Path:
    """The get-started project, committed, nothing run yet."""
    return fixture_repo("get-started", work / "project")
