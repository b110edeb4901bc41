"""Editable installs: found where installers write them, mapped into the worktree."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.experiment.run.source_roots import editable_roots, python_path


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """The shape of a virtual environment: bin/python and an empty site-packages."""
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").write_text("")
    (folder / "bin/python").chmod(0o755)
    (folder / "lib/python3.11/site-packages").mkdir(parents=True)
    return folder


def site(venv: Path) -> Path:
    return venv / "lib/python3.11/site-packages"


def environ(venv: Path) -> dict[str, str]:
    return {"PATH": f"{venv}/bin"}


def test_a_pth_line_into_the_work_tree_is_a_source_root(venv: Path, work: Path) -> None:
    (work / "src").mkdir()
    (site(venv) / "_mine.pth").write_text(f"{work}/src\n")
    assert editable_roots(work, environ(venv)) == ("src",)


def test_an_import_hook_of_setuptools_is_read(venv: Path, work: Path) -> None:
    (work / "lib/mine").mkdir(parents=True)
    (site(venv) / "__editable___mine_0_1_finder.py").write_text(
        f"import sys\nMAPPING: dict[str, str] = {{'mine': '{work}/lib/mine'}}\nNAMESPACES = {{}}\n"
    )
    assert editable_roots(work, environ(venv)) == ("lib",)


def test_the_top_folder_may_be_a_source_root(venv: Path, work: Path) -> None:
    (site(venv) / "mine.pth").write_text(f"{work}\n")
    assert editable_roots(work, environ(venv)) == (".",)
    assert python_path((".",), Path("/wt"), {}) == "/wt"


def test_installs_of_other_projects_and_hooks_are_ignored(venv: Path, work: Path, tmp_path: Path) -> None:
    (site(venv) / "other.pth").write_text(f"import os; print()\n{tmp_path}/elsewhere\n")
    (site(venv) / "__editable___x_finder.py").write_text("MAPPING = broken(\n")
    assert editable_roots(work, environ(venv)) == ()


def test_only_the_first_python_on_the_path_counts(venv: Path, work: Path, tmp_path: Path) -> None:
    (site(venv) / "mine.pth").write_text(f"{work}\n")
    first = tmp_path / "first/bin"
    first.mkdir(parents=True)
    for name in ("python", "python3"):
        (first / name).write_text("")
        (first / name).chmod(0o755)
    (venv / "bin/python3").write_text("")
    assert editable_roots(work, {"PATH": f"{first}:{venv}/bin"}) == ()


def test_the_worktree_comes_before_what_the_user_had() -> None:
    assert python_path(("src", "lib"), Path("/wt"), {"PYTHONPATH": "/mine"}) == "/wt/src:/wt/lib:/mine"
    assert python_path((), Path("/wt"), {"PYTHONPATH": "/mine"}) is None
