"""Start-up invariants: what a command must not import. Checked in fresh interpreters, counted in modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import git
from tests.repos import fixture_repo

HEAVY = ("pygit2", "hydra", "omegaconf", "ruamel", "tomlkit", "pydantic", "asyncio", "multiprocessing")
RICH = "rich"
YAML = "yaml"

# Runs a command; the last line of its output is the exit code and those of the given modules it loaded.
PROBE = """
import sys
from gitexp.cli import main
command, watched = sys.argv[1].split(), sys.argv[2].split()
code = main(command)
print()
print(int(code), *[name for name in watched if name in sys.modules])
"""


def imported_by(command: str, watched: tuple[str, ...], cwd: Path) -> list[str]:
    """The modules of `watched` that `exp <command>` loads; fails when the command does."""
    probe = subprocess.run(
        [sys.executable, "-c", PROBE, command, " ".join(watched)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert probe.returncode == 0, probe.stderr
    code, *modules = probe.stdout.splitlines()[-1].split()
    assert code == "0", probe.stderr
    return modules


@pytest.fixture
def project(work: Path) -> Path:
    return fixture_repo("get-started", work / "project")


def test_the_probe_sees_what_is_imported(work: Path) -> None:
    assert imported_by("--version", ("typer", "pygit2"), work) == ["typer"]


def test_the_list_of_commands_loads_none_of_them(work: Path) -> None:
    assert imported_by("--help", (*HEAVY, RICH, YAML, "gitexp.experiment.run.run"), work) == []


@pytest.mark.parametrize("command", ["run --help", "show --help", "apply --help"])
def test_help_loads_nothing_heavy(command: str, work: Path) -> None:
    assert imported_by(command, (*HEAVY, RICH), work) == []


@pytest.mark.parametrize("command", ["list", "list --name-only"])
def test_listing_names_reads_refs_and_nothing_else(command: str, project: Path) -> None:
    assert imported_by(command, (*HEAVY, RICH, YAML), project) == []


@pytest.mark.parametrize("command", ["status", "dag", "diff", "log", "show --json", "show --csv"])
def test_commands_that_read_load_no_editor_no_hydra_and_no_libgit2(command: str, project: Path) -> None:
    assert imported_by(command, HEAVY, project) == []


def test_a_push_without_a_data_remote_loads_nothing_of_data(project: Path) -> None:
    git(project.parent, "init", "-q", "--bare", "hub.git")
    watched = (*HEAVY, RICH, YAML, "gitexp.cache.remotes.remote", "gitexp.build")
    assert imported_by("push ../hub.git", watched, project) == []
    assert imported_by("pull ../hub.git", watched, project) == []


def test_a_run_without_overrides_loads_no_hydra_and_no_libgit2(project: Path) -> None:
    assert imported_by("run --name first", HEAVY, project) == []
