"""The same run gives the same experiment wherever it is started and however the repository is set up."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.evidence import workspace
from tests.programs import exp_ok, git, names
from tests.repos import commit_all, fixture_repo, make_repo

OVERRIDE = ("-S", "train.lr=0.5")


@pytest.fixture
def project(work: Path) -> Path:
    return fixture_repo("get-started", work / "project")


def result(root: Path) -> str:
    """metrics.json of the one experiment there is."""
    commit = git(root, "for-each-ref", "--format=%(objectname)", "refs/exps")
    return git(root, "show", f"{commit}:metrics.json")


@pytest.fixture
def expected(work: Path) -> str:
    plain = fixture_repo("get-started", work / "plain")
    exp_ok(plain, "run", "--name", "one", *OVERRIDE)
    return result(plain)


def test_from_a_subfolder(project: Path, expected: str) -> None:
    exp_ok(project / "src", "run", "--name", "one", *OVERRIDE, "../dvc.yaml")
    assert result(project) == expected


def test_in_a_path_with_spaces_and_letters_of_all_kinds(work: Path, expected: str) -> None:
    root = fixture_repo("get-started", work / "élan vital" / "日本 'quoted\" $HOME")
    exp_ok(root, "run", "--name", "one", *OVERRIDE)
    assert result(root) == expected
    exp_ok(root, "apply", "one")
    assert (root / "metrics.json").read_text().strip() == expected


def test_through_a_symlink_to_the_project(work: Path, project: Path, expected: str) -> None:
    (work / "link").symlink_to(project)
    exp_ok(work / "link", "run", "--name", "one", *OVERRIDE)
    assert result(project) == expected


def test_on_a_detached_head(project: Path, expected: str) -> None:
    git(project, "checkout", "--quiet", "--detach")
    exp_ok(project, "run", "--name", "one", *OVERRIDE)
    assert result(project) == expected
    assert names(project) == ["one"]


def test_in_a_linked_worktree_of_the_users(work: Path, project: Path, expected: str) -> None:
    linked = work / "linked"
    git(project, "worktree", "add", "--quiet", str(linked), "-b", "side")
    exp_ok(linked, "run", "--name", "one", *OVERRIDE)
    assert result(linked) == expected
    assert names(linked) == ["one"]
    assert names(project) == ["one"]
    assert git(linked, "status", "--porcelain") == ""
    assert git(project, "status", "--porcelain") == ""


def test_with_line_ends_that_git_converts(project: Path, expected: str) -> None:
    git(project, "config", "core.autocrlf", "true")
    (project / "data.txt").write_bytes((project / "data.txt").read_bytes().replace(b"\n", b"\r\n"))
    (project / ".gitattributes").write_text("*.sh text eol=lf\n")
    before = workspace(project)
    exp_ok(project, "run", "--name", "one", *OVERRIDE)
    commit = git(project, "for-each-ref", "--format=%(objectname)", "refs/exps")
    blob = subprocess.run(
        ["git", "cat-file", "blob", f"{commit}:data.txt"], cwd=project, capture_output=True, check=True
    )
    assert b"\r" not in blob.stdout
    assert result(project) == expected
    assert workspace(project) == before


def test_with_clean_and_smudge_filters(project: Path, expected: str) -> None:
    git(project, "config", "filter.shout.clean", "tr A-Z a-z")
    git(project, "config", "filter.shout.smudge", "tr a-z A-Z")
    (project / ".gitattributes").write_text("words.txt filter=shout\n")
    (project / "words.txt").write_text("LOUD\n")
    manifest = (project / "dvc.yaml").read_text()
    (project / "dvc.yaml").write_text(manifest.replace("cmd: sh", "cmd: grep -q LOUD words.txt && sh", 1))
    exp_ok(project, "run", "--name", "one", *OVERRIDE)
    commit = git(project, "for-each-ref", "--format=%(objectname)", "refs/exps")
    assert git(project, "cat-file", "blob", f"{commit}:words.txt") == "loud"
    assert result(project) == expected


def test_with_a_submodule_that_a_stage_reads(work: Path, project: Path, expected: str) -> None:
    library = work / "library"
    library.mkdir()
    git(library, "init", "--quiet")
    (library / "split.sh").write_bytes((project / "src" / "split.sh").read_bytes())
    commit_all(library, "split")
    git(project, "submodule", "--quiet", "add", str(library), "lib")
    manifest = (project / "dvc.yaml").read_text()
    (project / "dvc.yaml").write_text(manifest.replace("src/split.sh", "lib/split.sh"))
    commit_all(project, "a submodule")
    exp_ok(project, "run", "--name", "one", *OVERRIDE)
    assert result(project) == expected
    assert git(project, "status", "--porcelain") == ""


def test_in_a_project_below_the_top_of_the_repository(work: Path, expected: str) -> None:
    top = work / "mono"
    inner = fixture_repo("get-started", top / "apps" / "one")
    shutil.rmtree(inner / ".git")
    make_repo(top)
    commit_all(top, "several projects")
    exp_ok(inner, "run", "--name", "one", *OVERRIDE)
    commit = git(top, "for-each-ref", "--format=%(objectname)", "refs/exps")
    assert git(top, "show", f"{commit}:apps/one/metrics.json") == expected
    assert git(top, "status", "--porcelain") == ""
