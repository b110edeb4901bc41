"""`exp add`, `exp checkout`, `exp commit` on real folders, in-process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.cache.workspace import remove
from gitexp.errors import ExpError
from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.checkout import Change, checkout_data
from gitexp.experiment.data.commit import commit_data
from gitexp.project import Project, find_project
from tests.programs import git
from tests.repos import commit_all, make_project, write_files

DATA = {"data/a": "1", "data/sub dir/é": "2", "raw/r.csv": "raw\n"}
STAGE = "stages:\n  s:\n    cmd: cp raw/r.csv out\n    deps: [raw/r.csv]\n    outs: [out]\n"


@pytest.fixture
def project(work: Path) -> Project:
    make_project(work, {"code.py": "pass\n"})
    write_files(work, DATA)
    return find_project(work)


def text(project: Project, path: str) -> str:
    return (project.root / path).read_text()


def test_adding_writes_the_dvc_file_and_the_gitignore_beside(project: Project) -> None:
    result = add_data(project, ["data", "raw/r.csv"])
    assert text(project, "data.dvc") == (
        "outs:\n- md5: f8b26ca22618d2d39dc39021ea48584b.dir\n  size: 2\n  nfiles: 2\n"
        "  hash: md5\n  path: data\n"
    )
    assert text(project, "raw/r.csv.dvc") == (
        "outs:\n- md5: 2306b4377429730ee03a806cff76e92b\n  size: 4\n  hash: md5\n  path: r.csv\n"
    )
    assert text(project, ".gitignore") == "/data\n" and text(project, "raw/.gitignore") == "/r.csv\n"
    assert result.written == ("data.dvc", "raw/r.csv.dvc", ".gitignore", "raw/.gitignore")
    assert git(project.root, "status", "--short", "-uall").split() == [
        word
        for path in (".gitignore", "data.dvc", "raw/.gitignore", "raw/r.csv.dvc")
        for word in ("??", path)
    ]


def test_adding_again_changes_nothing(project: Project) -> None:
    add_data(project, ["data"])
    before = (project.root / "data.dvc").stat()
    again = add_data(project, ["data"])
    assert not again.added[0].changed and again.written == ("data.dvc",)
    assert (project.root / "data.dvc").stat().st_ino == before.st_ino


def test_what_the_user_wrote_into_a_dvc_file_stays(project: Project) -> None:
    add_data(project, ["raw/r.csv"])
    path = project.root / "raw" / "r.csv.dvc"
    path.write_text("# mine\n" + path.read_text() + "  desc: raw data\nmeta:\n  owner: ann\n")
    write_files(project.root, {"raw/r.csv": "other\n"})
    assert add_data(project, ["raw/r.csv"]).added[0].changed
    written = path.read_text()
    assert written.startswith("# mine\n") and "desc: raw data" in written and "owner: ann" in written
    assert "size: 6" in written


def test_a_path_inside_tracked_data_updates_only_itself(project: Project) -> None:
    add_data(project, ["data"])
    write_files(project.root, {"data/sub dir/new": "3", "data/a": "changed"})
    result = add_data(project, ["data/sub dir/new"])
    assert result.added[0].file == "data.dvc" and result.added[0].hash.nfiles == 3
    with pytest.raises(ExpError, match="data/a"):
        checkout_data(project, [])
    checkout_data(project, [], force=True)
    assert text(project, "data/a") == "1" and text(project, "data/sub dir/new") == "3"


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("nothing", "does not exist"),
        ("dangling", "link to something"),
        ("code.py", "tracked by Git"),
        (".", "project itself"),
        ("/etc/hosts", "outside the project"),
        ("out", "made by stage 's'"),
        ("skipped.log", "ignored by .dvcignore"),
        ("dvc.yaml", "can't be tracked"),
        (".dvc/config", "can't be tracked"),
        ("raw", "which is tracked by itself"),
    ],
)
def test_what_can_not_be_added_is_refused_before_anything_is_written(
    project: Project, word: str, says: str
) -> None:
    add_data(project, ["raw/r.csv"])
    write_files(
        project.root, {"dvc.yaml": STAGE, "out": "x", ".dvcignore": "*.log\n", "skipped.log": "", "fine": "x"}
    )
    (project.root / "dangling").symlink_to("nowhere")
    with pytest.raises(ExpError, match=says):
        add_data(project, ["fine", word])
    assert not (project.root / "fine.dvc").exists()


def test_nested_targets_of_one_call_are_refused(project: Project) -> None:
    with pytest.raises(ExpError, match="lies inside"):
        add_data(project, ["data", "data/a"])


def test_paths_are_seen_from_where_the_user_stands(project: Project) -> None:
    below = find_project(project.root / "raw")
    assert add_data(below, ["r.csv", "../data"]).added[0].file == "raw/r.csv.dvc"
    remove(project.root / "raw" / "r.csv")
    assert checkout_data(below, ["r.csv"]).changes == ((Change.ADDED, "raw/r.csv"),)


def test_autostage_gives_the_files_to_git(project: Project) -> None:
    write_files(project.root, {".dvc/config": "[core]\n    autostage = true\n"})
    assert add_data(find_project(project.root), ["data"]).staged
    assert git(project.root, "diff", "--cached", "--name-only").split() == [".gitignore", "data.dvc"]


def test_a_linked_folder_inside_is_reported(project: Project) -> None:
    (project.root / "data" / "link").symlink_to("../raw")
    assert add_data(project, ["data"]).added[0].links == ("link",)


def test_checkout_brings_what_is_gone_and_says_what_it_did(project: Project) -> None:
    add_data(project, ["data", "raw/r.csv"])
    remove(project.root / "data")
    os.unlink(project.root / "raw" / "r.csv")
    assert checkout_data(project, ["data/sub dir"]).changes == ((Change.ADDED, "data/sub dir"),)
    assert not (project.root / "data" / "a").exists()
    assert set(checkout_data(project, []).changes) == {
        (Change.MODIFIED, "data/"),
        (Change.ADDED, "raw/r.csv"),
    }
    assert checkout_data(project, []).changes == ()


def test_checkout_after_git_checkout_follows_the_dvc_files(project: Project) -> None:
    add_data(project, ["data"])
    first = commit_all(project.root)
    write_files(project.root, {"data/a": "second"})
    add_data(project, ["data"])
    commit_all(project.root)
    git(project.root, "checkout", "-q", first)
    assert checkout_data(project, []).changes == ((Change.MODIFIED, "data/"),)
    assert text(project, "data/a") == "1"


def test_content_that_is_only_in_the_workspace_is_not_lost_without_force(project: Project) -> None:
    add_data(project, ["data", "raw/r.csv"])
    write_files(project.root, {"data/a": "edited", "data/extra": "new", "raw/r.csv": "edited too"})
    remove(project.root / "data" / "sub dir")
    with pytest.raises(ExpError) as caught:
        checkout_data(project, [])
    assert all(path in caught.value.message for path in ("data/a", "data/extra", "raw/r.csv"))
    assert text(project, "data/a") == "edited" and not (project.root / "data" / "sub dir").exists()
    checkout_data(project, [], force=True)
    assert text(project, "data/a") == "1" and not (project.root / "data" / "extra").exists()


def test_what_the_cache_lacks_is_named_and_the_rest_is_brought(project: Project) -> None:
    add_data(project, ["data", "raw/r.csv"])
    (stored,) = [
        path
        for path in (project.root / ".dvc" / "cache").rglob("*")
        if path.is_file() and path.stat().st_size == 4
    ]
    remove(stored)
    assert checkout_data(project, []).missing == ()
    for path in ("data", "raw/r.csv"):
        remove(project.root / path)
    brought = checkout_data(project, [])
    assert brought.missing == ("raw/r.csv",) and text(project, "data/a") == "1"


def test_relinking_follows_a_changed_cache_type(project: Project) -> None:
    add_data(project, ["data"])
    for kind, linked in (("hardlink", True), ("copy", False), ("symlink", True)):
        write_files(project.root, {".dvc/config": f"[cache]\n    type = {kind}\n"})
        brought = checkout_data(find_project(project.root), [], again=True)
        assert brought.changes == ((Change.RELINKED, "data/"),)
        stat = (project.root / "data" / "a").lstat()
        assert (stat.st_nlink > 1 or (project.root / "data" / "a").is_symlink()) == linked
        assert text(project, "data/a") == "1"


def test_commit_records_by_force_what_was_made_by_hand(project: Project) -> None:
    write_files(project.root, {"dvc.yaml": STAGE, "out": "by hand"})
    with pytest.raises(ExpError, match="new out out"):
        commit_data(project, [])
    done = commit_data(project, ["s"], force=True)
    assert done.stages == ("s",) and done.written == ("dvc.lock", ".gitignore")
    assert commit_data(project, []).stages == ()
    remove(project.root / "out")
    assert checkout_data(project, ["s"]).changes == ((Change.ADDED, "out"),)
    assert text(project, "out") == "by hand"


def test_commit_puts_back_into_the_cache_what_only_the_workspace_has(project: Project) -> None:
    add_data(project, ["data"])
    remove(project.root / ".dvc" / "cache")
    before = text(project, "data.dvc")
    assert commit_data(project, []).stages == ("data.dvc",)
    assert text(project, "data.dvc") == before
    remove(project.root / "data")
    checkout_data(project, [])
    assert text(project, "data/a") == "1"


def test_commit_of_edited_data_updates_its_dvc_file(project: Project) -> None:
    add_data(project, ["raw/r.csv"])
    write_files(project.root, {"raw/r.csv": "edited\n"})
    assert commit_data(project, ["raw/r.csv"], force=True).written == ("raw/r.csv.dvc",)
    assert "size: 7" in text(project, "raw/r.csv.dvc")


def test_commit_of_dvc_2_data_that_did_not_change_keeps_its_hash(project: Project) -> None:
    value = "5d41402abc4b2a76b9719d911017c592"  # of "hello"
    write_files(project.root, {"raw/r.csv": "hello", f".dvc/cache/{value[:2]}/{value[2:]}": "hello"})
    old = f"outs:\n- md5: {value}\n  size: 5\n  path: r.csv\n"
    write_files(project.root, {"raw/r.csv.dvc": old})
    commit_data(project, [], force=True)
    assert text(project, "raw/r.csv.dvc") == old
    write_files(project.root, {"raw/r.csv": "other"})
    commit_data(project, [], force=True)
    assert "hash: md5" in text(project, "raw/r.csv.dvc")


def test_commit_of_what_is_not_there_is_an_error(project: Project) -> None:
    add_data(project, ["data"])
    remove(project.root / "data")
    with pytest.raises(ExpError, match="not there"):
        commit_data(project, [], force=True)
