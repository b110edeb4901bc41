"""A real `pip install -e`: stages of a run import the worktree's code, not the workspace's."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.programs import exp_ok, git
from tests.repos import make_project

PYPROJECT = """\
[build-system]
requires = ["{backend}"]
build-backend = "{backend}.{module}"

[project]
name = "tiny"
version = "1"
{more}"""
# What each leaves in site-packages differs: a .pth line, or an import hook.
BACKENDS = {
    "hatchling": ("hatchling", "build", '[tool.hatch.build.targets.wheel]\npackages = ["src/tiny"]\n'),
    "setuptools, line": ("setuptools", "build_meta", '[tool.setuptools.packages.find]\nwhere = ["src"]\n'),
    "setuptools, hook": (
        "setuptools",
        "build_meta",
        '[tool.setuptools]\npackages = ["tiny"]\npackage-dir = {tiny = "src/tiny"}\n',
    ),
}
NEEDED = {"hatchling": "editables", "setuptools": "setuptools"}
SAYS = "import tiny; open('said.txt', 'w').write(f'{tiny.WORD}\\n')\n"


def installed(backend: str, root: Path, place: Path) -> Path:
    """The bin folder of a new virtual environment with the project installed in it as editable."""
    venv.create(place, with_pip=False, system_site_packages=True)
    # The backend comes from where the tests run: an isolated build would need a network.
    parents = [path for path in sys.path if path.endswith("-packages")]
    purelib = next(place.glob("lib/python3*/site-packages"))
    (purelib / "parents.pth").write_text("".join(f"{path}\n" for path in parents))
    python = place / "bin/python"
    words = ["-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "-e", str(root)]
    done = subprocess.run([python, *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no editable install with {backend} here: {done.stderr.strip()[-200:]}")
    return place / "bin"


@pytest.mark.slow
@pytest.mark.parametrize("install", list(BACKENDS))
def test_a_run_imports_what_it_records(install: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, module, more = BACKENDS[install]
    for name in (backend, NEEDED[backend]):
        pytest.importorskip(name)
    root = make_project(
        work / "project",
        {
            "pyproject.toml": PYPROJECT.format(backend=backend, module=module, more=more),
            "src/tiny/__init__.py": "WORD = 'first'\n",
            "say.py": SAYS,
            "params.yaml": "word: first\n",
            "dvc.yaml": (
                "stages:\n  say:\n    cmd: python say.py\n    deps: [src/tiny/__init__.py]\n"
                "    outs: [said.txt: {cache: false}]\n"
            ),
            ".gitignore": "*.egg-info\n__pycache__\n",
        },
    )
    binaries = installed(backend, root, work / "venv")
    assert python_says(binaries, work) == "first"
    monkeypatch.setenv("PATH", f"{binaries}:/usr/bin:/bin")
    (root / "src/tiny/__init__.py").write_text("WORD = 'second'\n")
    done = run_while_editing(root, root / "src/tiny/__init__.py", "WORD = 'third'\n")
    assert git(root, "show", f"{done}:src/tiny/__init__.py") == "WORD = 'second'"
    assert git(root, "show", f"{done}:said.txt") == "second"
    assert python_says(binaries, work) == "third"


def run_while_editing(root: Path, path: Path, text: str) -> str:
    """Run, and edit a file of the workspace while the stage runs; the experiment's commit."""
    say = (root / "say.py").read_text()
    (root / "say.py").write_text(f"open({str(path)!r}, 'w').write({text!r})\n{say}")
    exp_ok(root, "run", "--name", "one")
    return git(root, "for-each-ref", "--format=%(objectname)", "refs/exps")


def python_says(binaries: Path, cwd: Path) -> str:
    words = [binaries / "python", "-c", "import tiny; print(tiny.WORD)"]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=True)
    return done.stdout.strip()
