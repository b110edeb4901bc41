"""An experiment from an enemy: every command ends cleanly, none runs anything, none writes outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.evidence import workspace
from tests.programs import EXP, Finished, exp, finish, git, start
from tests.sharing.hostile import NAME, ODD_NAMES, PAYLOAD, make_hostile

READING = (
    "list",
    "list -A",
    "list --json",
    "show -A",
    "show -A --json",
    "show --csv",
    "log",
    f"log -p {NAME}",
    f"diff {NAME}",
    f"diff {NAME} --json",
    "status",
    "dag",
    "queue status",
    "undo --list",
    "data status",
    "metrics show",
)
CHANGING = (
    f"apply {NAME}",
    "checkout",
    f"branch {NAME} theirs",
    f"rename {NAME} theirs",
    "push hub -A --no-cache",
    "pull hub -A --force",
    "fetch hub -A",
    "save -n saved",
    f"note {NAME} hello",
    "clean",
    "remove -A",
    "undo",
    "undo",
)
FOR_PROGRAMS = ("show --csv",)  # names as they are
SECONDS = 20


@pytest.fixture
def hostile(work: Path) -> Path:
    outside = work / "outside"
    outside.mkdir()
    (outside / "key").write_text("key")
    (outside / "key").chmod(0o444)
    git(work, "init", "-q", "--bare", "hub.git")
    path = make_hostile(work / "repo", outside)
    git(path, "remote", "add", "hub", str(work / "hub.git"))
    return path


def run(cwd: Path, command: str) -> Finished:
    """The command ends by itself, says what is wrong in words, and prints nothing that a terminal obeys."""
    done = finish(start(cwd, (*EXP, *command.split())), SECONDS)
    assert done.code in (0, 1, 2), (command, done)
    assert "Traceback" not in done.err, (command, done.err)
    said = done.err if command in FOR_PROGRAMS else done.out + done.err
    assert not set("\x1b\x07\x9b\u202e") & set(said), (command, done)
    return done


def outside(work: Path) -> list[str]:
    return sorted(os.listdir(work / "outside"))


@pytest.mark.slow
def test_every_command_ends_cleanly_and_stays_inside(hostile: Path, work: Path) -> None:
    before = workspace(hostile)
    for command in READING:
        run(hostile, command)
    assert workspace(hostile) == before
    for command in CHANGING:
        run(hostile, command)
        assert outside(work) == ["key"], command
        assert not list(work.rglob("owned")), command
        assert not (hostile / ".git/hooks/post-checkout").exists(), command
    git(hostile, "fsck", "--no-dangling")


def test_apply_places_what_is_inside_and_names_what_is_not(hostile: Path, work: Path) -> None:
    done = run(hostile, f"apply {NAME}")
    assert (hostile / "fine.txt").read_bytes() == PAYLOAD
    assert "outs that lead out of the repository were left alone" in done.err
    assert "link/through" in done.err
    assert not (hostile / "secret").exists()
    assert outside(work) == ["key"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_is_a_name_and_nothing_else(name: str, hostile: Path, work: Path) -> None:
    ref = f"refs/exps/{git(hostile, 'rev-parse', 'HEAD')[:2]}/{git(hostile, 'rev-parse', 'HEAD')[2:]}/{name}"
    done = exp(hostile, "push", "hub", "--no-cache", ref)
    assert done.code == 0, done.err
    removed = exp(hostile, "remove", ref)
    assert removed.code == 0, removed.err
    assert ref not in git(hostile, "for-each-ref", "--format=%(refname)").splitlines()
    assert not list(work.rglob("owned"))
