"""fsck finds what is damaged or lost, says who wrote through a link, and repairs what it can."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.experiment.data_add import add_data
from gitexp.experiment.data_share import ShareRequest, push_data
from gitexp.experiment.fsck import FsckReport, FsckRequest, Where, check_all
from gitexp.project import Project, find_project
from tests.experiment.lab import PIPELINE, Lab
from tests.repos import commit_all, make_project, write_files

CONFIG = (
    "[core]\n    remote = main\n[cache]\n    type = hardlink\n['remote \"main\"']\n    url = ../../store\n"
)


@pytest.fixture
def lab(work: Path) -> Lab:
    make_project(work / "repo", {**PIPELINE, ".dvc/config": CONFIG})
    write_files(work / "repo", {"data/a": "1", "data/b": "2"})
    add_data(find_project(work / "repo"), ["data"])
    commit_all(work / "repo")
    return Lab(work / "repo")


def check(project: Project, repair: bool = False, remote: str | None = None) -> FsckReport:
    return check_all(project, FsckRequest(repair=repair, remote=remote))


def scribble(path: Path) -> None:
    """As root does, or a program that makes files writable first."""
    path.chmod(0o644)
    path.write_text("x")
    path.chmod(0o444)


def test_a_sound_project_is_clean(lab: Lab) -> None:
    lab.one(name="a")
    report = check(lab.project)
    assert report.is_clean and not report.elsewhere
    assert report.objects == 6 and report.runs == 3 and report.revisions == 3


def test_who_wrote_through_a_link_is_named(lab: Lab) -> None:
    scribble(lab.path / "data/a")
    (damaged,) = check(lab.project).damaged
    assert damaged.written == ("data/a",) and not damaged.repaired


def test_a_damaged_object_is_fetched_again_and_the_edit_stays(lab: Lab) -> None:
    push_data(lab.project, ShareRequest())
    scribble(lab.path / "data/a")
    report = check(lab.project, repair=True)
    assert report.is_clean and report.damaged[0].repaired
    assert (lab.path / "data/a").read_text() == "x"
    assert check(lab.project).is_clean


def test_what_nobody_has_is_taken_away_and_named(lab: Lab) -> None:
    scribble(lab.path / "data/a")
    report = check(lab.project, repair=True, remote="")
    assert not report.is_clean
    assert [(one.name, one.where) for one in report.elsewhere] == [
        ("the workspace", Where.GONE),
        ("main", Where.GONE),
    ]
    assert not check(lab.project).damaged


def test_data_that_is_only_on_the_remote_is_no_fault(lab: Lab) -> None:
    push_data(lab.project, ShareRequest())
    for path in (lab.path / ".dvc/cache/files").rglob("*"):
        if path.is_file():
            path.unlink()
    unasked = check(lab.project)
    assert {one.where for one in unasked.elsewhere} == {Where.UNKNOWN} and not unasked.is_clean
    asked = check(lab.project, remote="")
    assert {one.where for one in asked.elsewhere} == {Where.REMOTE} and asked.is_clean


def test_an_experiment_whose_outs_are_gone_is_named(lab: Lab) -> None:
    lab.one("train.lr=0.7", name="lost")
    model = next(
        path
        for path in (lab.path / ".dvc/cache/files").rglob("*")
        if path.is_file() and b"0.7" in path.read_bytes()
    )
    model.unlink()
    (elsewhere,) = check(lab.project, remote="").elsewhere
    assert (elsewhere.name, elsewhere.paths, elsewhere.where) == ("lost", ("model.txt",), Where.GONE)


def test_a_damaged_run_is_found_and_taken_away(lab: Lab) -> None:
    lab.one(name="a")
    run = next((lab.path / ".dvc/cache/runs").rglob("??/*/*"))
    run.write_text(run.read_text().replace("cmd", "cnd"))
    assert check(lab.project).damaged_runs == (run,)
    assert check(lab.project, repair=True).is_clean and not run.exists()
