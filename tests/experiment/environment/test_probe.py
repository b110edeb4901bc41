"""What stages will find is told without starting anything twice, and again when it changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitexp.experiment.environment.gpus import GpuState, find_gpus
from gitexp.experiment.environment.packages import conda_packages, packages_in
from gitexp.experiment.environment.probe import EnvironmentProbe
from gitexp.experiment.environment.record import Environment, Interpreter
from gitexp.project import Project, find_project
from tests.experiment.pythons import FakePython, make_python
from tests.repos import make_project


@pytest.fixture
def python(tmp_path: Path) -> FakePython:
    return make_python(tmp_path / "home/venv", "numpy-1.26.4.dist-info", "Flask_Login-0.6.dist-info")


@pytest.fixture
def project(work: Path) -> Project:
    make_project(work, {"a.txt": "a"})
    return find_project(work)


def test_interpreter_packages_and_machine_are_told(project: Project, python: FakePython) -> None:
    found = EnvironmentProbe(project, python.environ).now()
    assert found.python == Interpreter("~/venv/bin/python", "3.11.7", "cpython", "venv")
    assert found.packages == {"flask-login": "0.6", "numpy": "1.26.4"}
    assert (found.machine, found.cpus) == (os.uname().machine, os.cpu_count())
    assert found.os


def test_an_interpreter_is_asked_once_and_its_packages_are_looked_at_again(
    project: Project, python: FakePython
) -> None:
    probe = EnvironmentProbe(project, python.environ)
    first = probe.now()
    python.install("scipy-1.11.dist-info")
    assert probe.now().packages == {**first.packages, "scipy": "1.11"}
    assert EnvironmentProbe(project, python.environ).now() == probe.now()
    assert python.starts == 1


def test_an_upgraded_interpreter_is_asked_again(project: Project, python: FakePython) -> None:
    probe = EnvironmentProbe(project, python.environ)
    probe.now()
    python.answer("3.12.0rc1")
    upgraded = probe.now().python
    assert upgraded is not None
    assert upgraded.version == "3.12.0rc1"


def test_a_shim_is_asked_again_when_another_version_is_chosen(project: Project, python: FakePython) -> None:
    EnvironmentProbe(project, python.environ).now()
    (project.root / ".python-version").write_text("3.12\n")
    EnvironmentProbe(project, python.environ).now()
    EnvironmentProbe(project, {**python.environ, "PYENV_VERSION": "3.10"}).now()
    assert python.starts == 3


def test_nothing_is_looked_at_twice_while_nothing_changes(project: Project, python: FakePython) -> None:
    long_ago = 1_600_000_000
    for folder in (python.site, python.folder):
        os.utime(folder, (long_ago, long_ago))
    probe = EnvironmentProbe(project, python.environ)
    assert probe.now() is probe.now()


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"x": 3}', b"\xff\xfe"])
def test_a_damaged_cache_is_no_more_than_slow(project: Project, python: FakePython, damage: bytes) -> None:
    EnvironmentProbe(project, python.environ).now()
    (project.repo.state_dir / "cache/interpreters.json").write_bytes(damage)
    assert EnvironmentProbe(project, python.environ).now().python is not None
    assert python.starts == 2


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello\n", "#!/no/such/shell\n"])
def test_a_python_that_does_not_answer_is_left_out(project: Project, python: FakePython, script: str) -> None:
    (python.folder / "bin/python").write_text(script)
    assert EnvironmentProbe(project, python.environ).now().python is None


def test_without_any_python_the_machine_is_told(project: Project, tmp_path: Path) -> None:
    found = EnvironmentProbe(project, {"PATH": str(tmp_path)}).now()
    assert (found.python, found.packages) == (None, {})
    assert found.os


def test_what_pythonpath_brings_comes_first(project: Project, python: FakePython, tmp_path: Path) -> None:
    (tmp_path / "module/numpy-2.0.dist-info").mkdir(parents=True)
    environ = {**python.environ, "PYTHONPATH": f"{tmp_path}/module"}
    assert EnvironmentProbe(project, environ).now().packages["numpy"] == "2.0"


def test_a_real_virtual_environment_is_what_pip_says_of_it(project: Project, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "real"], check=True)
    site = next((tmp_path / "real").glob("lib/python3*/site-packages"))
    (site / "mine-2.5.dist-info").mkdir()
    environ = {**os.environ, "PATH": f"{tmp_path}/real/bin"}
    found = EnvironmentProbe(project, environ).now()
    assert found.python is not None
    assert (found.python.version, found.python.kind) == (sys.version.split()[0], "venv")
    assert found.packages["mine"] == "2.5"


def test_packages_are_read_from_every_kind_of_folder(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    (first / "PyYAML-6.0.dist-info").mkdir(parents=True)
    (first / "mine.egg-info").mkdir()
    (first / "mine.egg-info/PKG-INFO").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 0.3.dev1\n")
    (first / "odd.egg-info").mkdir()
    (first / "nothing.dist-info").mkdir()
    second.mkdir()
    (second / "six-1.16.0-py3.11.egg-info").write_text("")
    (second / "PyYAML-5.0.dist-info").mkdir()
    found = packages_in([str(first), str(second), str(tmp_path / "none")])
    assert found == {"mine": "0.3.dev1", "odd": "", "pyyaml": "6.0", "six": "1.16.0"}


def test_conda_packages_that_python_does_not_see_are_told(project: Project, python: FakePython) -> None:
    meta = python.folder / "conda-meta"
    meta.mkdir()
    for name in ("cuda-toolkit-11.8.0-h1.json", "python-3.11.7-h955ad1f_0.json", "history"):
        (meta / name).write_text("")
    assert conda_packages(str(meta)) == {"cuda-toolkit": "11.8.0 h1", "python": "3.11.7 h955ad1f_0"}
    found = EnvironmentProbe(project, python.environ).now()
    assert found.python is not None
    assert (found.python.kind, len(found.conda)) == ("conda", 2)


@pytest.mark.parametrize(("line", "kind"), [("uv = 0.5.1", "uv"), ("virtualenv = 20.2", "virtualenv")])
def test_who_made_a_virtual_environment_is_told(
    project: Project, python: FakePython, line: str, kind: str
) -> None:
    (python.folder / "pyvenv.cfg").write_text(f"home = /usr/bin\n{line}\n")
    found: Environment = EnvironmentProbe(project, python.environ).now()
    assert found.python is not None
    assert found.python.kind == kind


def test_gpus_are_read_from_the_kernel(tmp_path: Path) -> None:
    for number, model in enumerate(("NVIDIA A100-SXM4-40GB", "NVIDIA A100-SXM4-40GB")):
        folder = tmp_path / f"nvidia/gpus/0000:0{number}:00.0"
        folder.mkdir(parents=True)
        (folder / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 1\n")
    version = (
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build\nGCC version: 12\n"
    )
    (tmp_path / "nvidia/version").write_text(version)
    assert find_gpus({}, tmp_path / "nvidia") == GpuState(("NVIDIA A100-SXM4-40GB",) * 2, "560.35.03")


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("echo 'NVIDIA T4, 535.1'\necho 'Tesla, K80, 535.1'", GpuState(("NVIDIA T4", "Tesla, K80"), "535.1")),
        ("echo 'No devices were found'", GpuState()),
        ("exit 9", GpuState()),
    ],
)
def test_gpus_are_asked_of_nvidia_smi_where_the_kernel_is_silent(
    tmp_path: Path, script: str, found: GpuState
) -> None:
    program = tmp_path / "bin/nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert find_gpus({"PATH": str(program.parent)}, tmp_path / "none") == found
