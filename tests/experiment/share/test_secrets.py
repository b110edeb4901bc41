"""Files that look like credentials: by name or content, and only those that the baseline does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.experiment.find import list_experiments
from gitexp.experiment.share.secrets import Suspect, find_suspects
from gitexp.git.repo import find_repo
from tests.programs import git
from tests.repos import commit_all, make_repo, write_files

# Put together here, so that this file itself is no find for anybody's scanner.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
KEY = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\n"


def suspects(path: Path, **files: str) -> list[Suspect]:
    """What is found in an experiment that adds `files` to a baseline that has `old.env.txt`."""
    make_repo(path, {"old.env.txt": f"key={AWS}\n", ".env": "known to all\n"})
    base = git(path, "rev-parse", "HEAD")
    write_files(path, {name.replace("__", "."): text for name, text in files.items()})
    commit = commit_all(path)
    git(path, "update-ref", f"refs/exps/{base[:2]}/{base[2:]}/one", commit)
    repo = find_repo(path)
    return find_suspects(repo, list_experiments(repo))


@pytest.mark.parametrize("name", [".env.local", "id_rsa", "server.pem", "deep/.netrc", "credentials.json"])
def test_names_tell(name: str, work: Path) -> None:
    assert suspects(work, **{name: "x\n"}) == [Suspect(name, ("one",))]


@pytest.mark.parametrize("text", [f"aws_key: {AWS}\n", KEY, "ghp_" + "a1B2" * 9 + "\n"])
def test_contents_tell(text: str, work: Path) -> None:
    assert suspects(work, **{"notes.txt": text}) == [Suspect("notes.txt", ("one",))]


def test_what_the_baseline_has_is_known_already(work: Path) -> None:
    assert suspects(work, **{"old.env.txt": f"key={AWS} # edited\n", ".env": "edited\n"}) == []


@pytest.mark.parametrize("name", [".env.example", "environment.yaml", "monkey.py", "id_rsa.pub"])
def test_harmless_names_are_not_named(name: str, work: Path) -> None:
    assert suspects(work, **{name: "x\n"}) == []
