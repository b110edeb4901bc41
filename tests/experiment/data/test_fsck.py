"""fsck finds what is damaged or lost, says who wrote through a link, and repairs what it can."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from gitexp.cache.hashing import md5_bytes
from gitexp.content import Hash
from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.fsck import FsckReport, FsckRequest, check_all
from gitexp.experiment.data.share import ShareRequest, push_data
from gitexp.experiment.data.whereabouts import Where, Whereabouts
from gitexp.experiment.stores import open_store
from gitexp.project import Project, find_project
from tests.experiment.lab import PIPELINE, Lab
from tests.programs import git
from tests.repos import commit_all, make_project, write_files

CONFIG = "[core]\n    remote = main\n[cache]\n    type = {kind}\n['remote \"main\"']\n    url = ../../store\n"


@pytest.fixture
def kind() -> str:
    """`cache.type`."""
    return "hardlink"


@pytest.fixture
def lab(work: Path, kind: str) -> Lab:
    make_project(work / "repo", {**PIPELINE, ".dvc/config": CONFIG.format(kind=kind)})
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
    assert (
        report.objects == 6
        and report.runs == 3
        and [one.name for one in report.revisions]
        == [
            "the workspace",
            "what is staged",
            "main",
            "a",
        ]
    )


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
        ("what is staged", Where.GONE),
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


def objects(lab: Lab) -> list[Path]:
    return [path for path in (lab.path / ".dvc/cache/files").rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["copy"])
def test_what_the_workspace_still_has_is_put_back(lab: Lab) -> None:
    for path in objects(lab):
        scribble(path)
    report = check(lab.project, repair=True)
    assert report.is_clean and len(report.damaged) == 3 and all(one.repaired for one in report.damaged)
    (lab.path / "data/a").write_text("edited")
    for path in objects(lab):
        path.unlink()
    report = check(lab.project, repair=True)
    assert not report.is_clean and not (lab.path / "data/b").is_symlink()
    (lab.path / "data/a").write_text("1")
    assert check(lab.project, repair=True).is_clean and check(lab.project).is_clean


def test_objects_of_dvc_2_are_put_back_too(lab: Lab) -> None:
    text = b"one\r\ntwo\r\n"
    single = md5_bytes(text.replace(b"\r\n", b"\n"))
    listing = json.dumps([{"md5": single, "relpath": "x"}]).encode()
    folder = f"{md5_bytes(listing)}.dir"
    write_files(
        lab.path,
        {
            "old": text,
            "olds/x": text,
            "old.dvc": f"outs:\n- md5: {single}\n  path: old\n",
            "olds.dvc": f"outs:\n- md5: {folder}\n  path: olds\n",
        },
    )
    store = open_store(lab.project)
    assert not check(lab.project).is_clean
    assert check(lab.project, repair=True).is_clean
    assert store.verify(Hash(single, "md5-dos2unix")) and store.verify(Hash(folder, "md5-dos2unix"))
    (lab.path / "old").write_bytes(b"else")
    scribble(store.object_path(Hash(single, "md5-dos2unix")))
    assert check(lab.project, repair=True).is_clean  # olds/x still has it
    write_files(lab.path, {"olds/x": b"else"})
    scribble(store.object_path(Hash(single, "md5-dos2unix")))
    assert not check(lab.project, repair=True).is_clean


def test_dvcs_own_lock_file_is_looked_at(lab: Lab) -> None:
    rwlock = lab.path / ".dvc/tmp/rwlock"
    rwlock.parent.mkdir(exist_ok=True)
    dead = {"pid": (1 << 22) + 1, "cmd": "dvc repro"}
    alive = {"pid": os.getpid(), "cmd": "dvc repro"}
    rwlock.write_text(json.dumps({"write": {"/a": dead}, "read": {"/b": [dead, alive]}}))
    report = check(lab.project)
    assert report.is_clean and report.rwlock
    assert [path for path, _ in report.rwlock.left] == ["/a", "/b"]
    assert check(lab.project, repair=True).rwlock is None
    assert json.loads(rwlock.read_text()) == {"write": {}, "read": {"/b": [alive]}}
    rwlock.write_text('{"write": {"/a"')
    assert not check(lab.project).is_clean
    with (rwlock.parent / "rwlock.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        assert not check(lab.project, repair=True).is_clean
    assert check(lab.project, repair=True).is_clean and not rwlock.exists()


@pytest.mark.parametrize("kind", ["copy"])
def test_a_remote_that_is_away_does_not_stop_the_repair(lab: Lab) -> None:
    scribble(next(path for path in objects(lab) if path.suffix != ".dir"))
    (lab.path / "data/a").write_text("edited")
    (lab.path / "data/b").write_text("edited")
    report = check(lab.project, repair=True)
    assert not report.is_clean and [one.repaired for one in report.damaged] == [False]


def test_data_of_stashes_the_index_tags_and_worktrees_counts(lab: Lab) -> None:
    repo = lab.path

    def lose(content: str) -> None:
        write_files(repo, {"f": content})
        (repo / "f.dvc").unlink(missing_ok=True)
        add_data(lab.project, ["f"])
        (repo / "f").unlink()
        lab.project.settings.cache_dir.joinpath("files/md5", *split(content)).unlink()

    def split(content: str) -> tuple[str, str]:
        return md5_bytes(content.encode())[:2], md5_bytes(content.encode())[2:]

    lose("tagged")
    commit_all(repo)
    git(repo, "tag", "t")
    git(repo, "rm", "-q", "f.dvc")
    commit_all(repo)
    lose("stashed")
    git(repo, "add", "f.dvc")
    git(repo, "stash", "push", "-q")
    lose("elsewhere")
    git(repo, "worktree", "add", "-q", "../other")
    (repo / "f.dvc").rename(repo.parent / "other/f.dvc")
    lose("staged")
    git(repo, "add", "f.dvc")
    (repo / "f.dvc").unlink()
    elsewhere = check(lab.project, remote="").elsewhere
    names = {"t", "stash@{0}", "what is staged", f"the worktree {repo.parent / 'other'}"}
    assert {one.name for one in elsewhere} == names
    assert {one.paths for one in elsewhere} == {("f",)} and {one.where for one in elsewhere} == {Where.GONE}


def test_refs_that_are_no_experiment_are_named(lab: Lab) -> None:
    git(lab.path, "update-ref", "refs/exps/weird", "HEAD")
    git(lab.path, "update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
    report = check(lab.project)
    assert report.bad_refs == ("refs/exps/weird",) and not report.is_clean


def test_the_remote_that_has_the_data_is_named(lab: Lab) -> None:
    push_data(lab.project, ShareRequest())
    for path in objects(lab):
        path.unlink()
    (workspace, *_) = check(lab.project, remote="").revisions
    assert workspace == Whereabouts("the workspace", Where.REMOTE, ("data/",), None, ("main",))


def test_objects_are_read_by_several_at_once(lab: Lab) -> None:
    write_files(lab.path, {f"large/{number}": f"{number}" * (2 << 20) for number in range(4)})
    add_data(lab.project, ["large"])
    scribble(lab.path / "large/2")
    for path in objects(lab):
        if path.stat().st_size == 1:
            scribble(path)
    seen: list[int] = []
    report = check_all(lab.project, FsckRequest(jobs=3), lambda traffic: seen.append(traffic.files))
    assert {path for one in report.damaged for path in one.written} == {"large/2", "data/a", "data/b"}
    assert max(seen) == report.objects
