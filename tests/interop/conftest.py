"""Interop: a real DVC beside us, from DVC_BIN or PATH. Without one these tests are skipped."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import pytest

from tests.forked import Program
from tests.programs import Dvc, Finished, finish, run, start
from tests.repos import fixture_repo


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.interop)


def _program(binary: Path) -> Program | None:
    """What pip's script of dvc calls, if this is one: DVC is 0.9 s of imports and a tenth of work."""
    python = binary.parent / "python"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if python.exists() and "\nfrom dvc.cli import main\n" in binary.read_text():
            return Program(
                python=str(python),
                module="dvc.cli",
                function="main",
                argv0=str(binary),
                first_on_path=str(binary.parent),
                preload=("dvc.cli", "dvc.repo", "dvc.commands.*", "dvc.stage.*", "dvc.repo.*", "dvc.output")
                + ("dvc.dvcfile", "dvc.dependency", "dvc.parsing", "dvc.scm", "dvc.cachemgr", "dvc.fs")
                + (
                    "dvc_data.index",
                    "dvc_data.hashfile.*",
                    "dvc_objects.*",
                    "dulwich.repo",
                    "dulwich.porcelain",
                )
                + ("fsspec", "asyncio", "networkx", "ruamel.yaml", "pathspec", "dvc_render", "rich.live")
                + ("rich.status", "dvc._debug", "dvc.data_cloud", "dulwich.worktree", "dvc_s3", "s3fs"),
                # Reads where HOME is when it is imported.
                not_preloaded=("pygit2",),
            )
    return None


@pytest.fixture
def dvc() -> Dvc:
    """`dvc(cwd, *words)`: run a real DVC, which must succeed."""
    binary = os.environ.get("DVC_BIN") or shutil.which("dvc")
    if binary is None:
        pytest.skip("no dvc: set DVC_BIN, or put dvc on PATH")

    program = _program(Path(binary))

    def call(cwd: Path, *words: str) -> Finished:
        if program is None:
            done = finish(start(cwd, (binary, *words)))
        else:
            done = run(program, (binary,), cwd, *words)
        assert done.code == 0, f"dvc {' '.join(words)}: {done.code}\n{done.out}\n{done.err}"
        return done

    return call


@pytest.fixture
def project(work: Path) -> Path:
    """The get-started project, committed, nothing run yet."""
    return fixture_repo("get-started", work / "project")
