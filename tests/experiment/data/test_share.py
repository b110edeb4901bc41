"""Push, fetch, status and diff of data between real folders, in-process."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gitexp.build.events import Outcome
from gitexp.cache.workspace import remove
from gitexp.errors import ExpError
from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.checkout import checkout_data
from gitexp.experiment.data.commit_scope import CommitScope, commits_in
from gitexp.experiment.data.needed import Choice, NeedReader
from gitexp.experiment.data.share import ShareRequest, fetch_data, push_data
from gitexp.experiment.data.status import DataStatus, StatusRequest, data_diff, data_status
from gitexp.project import Project, find_project
from gitexp.project.remotes import choose_remote
from tests.experiment.lab import PIPELINE, Lab
from tests.repos import commit_all, make_project, write_files

CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store\n"
DATA = {"data/a": "1", "data/b": "2", "raw.csv": "raw\n"}
ALL = ShareRequest()


@pytest.fixture
def project(work: Path) -> Project:
    make_project(work / "repo", {".dvc/config": CONFIG})
    write_files(work / "repo", DATA)
    add_data(find_project(work / "repo"), ["data", "raw.csv"])
    commit_all(work / "repo")
    return find_project(work / "repo")


def stored(project: Project) -> set[str]:
    top = project.root.parent / "store"
    return {path.relative_to(top).as_posix() for path in top.rglob("*") if path.is_file()}


def forget(project: Project) -> None:
    """As in a fresh clone: neither cache nor data."""
    for path in (project.settings.cache_dir, project.root / "data", project.root / "raw.csv"):
        remove(path)


def test_a_clone_gets_all_data_back(project: Project) -> None:
    assert push_data(project, ALL).files == 4
    forget(project)
    assert fetch_data(project, ALL).files == 4
    checkout_data(project, [])
    assert {path: (project.root / path).read_text() for path in DATA} == DATA


def test_what_is_there_is_not_moved_again(project: Project) -> None:
    push_data(project, ALL)
    assert push_data(project, ALL).files == 0
    assert fetch_data(project, ALL).files == 0


def test_a_target_is_a_path_inside_a_folder(project: Project) -> None:
    push_data(project, ALL)
    forget(project)
    assert fetch_data(project, ShareRequest(("data/b",))).files == 2
    checkout_data(project, ["data/b"])
    assert (project.root / "data/b").read_text() == "2" and not (project.root / "data/a").exists()


def test_what_does_not_arrive_is_named_by_its_path(project: Project) -> None:
    push_data(project, ALL)
    (project.root.parent / "store/files/md5/c4/ca4238a0b923820dcc509a6f75849b").unlink()  # '1'
    forget(project)
    (lost,) = fetch_data(project, ALL).lost
    assert lost.path == "data/a"


def test_push_false_stays_at_home(project: Project) -> None:
    with (project.root / "raw.csv.dvc").open("a") as file:
        file.write("  push: false\n")
    assert push_data(project, ALL).files == 3


def test_an_out_goes_to_the_remote_of_its_own_and_nowhere_else(project: Project) -> None:
    with (project.root / ".dvc/config").open("a") as file:
        file.write("['remote \"Own\"']\n    url = ../../own\n")
    with (project.root / "raw.csv.dvc").open("a") as file:
        file.write("  remote: own\n")
    project = find_project(project.root)
    assert len(push_data(project, ALL).remotes) == 2
    assert (project.root.parent / "own/files/md5/23/06b4377429730ee03a806cff76e92b").exists()
    assert len(stored(project)) == 3
    shutil.rmtree(project.root.parent / "own")
    assert push_data(project, ShareRequest(remote="main")).files == 0
    assert not (project.root.parent / "own").exists()


def test_data_of_another_revision_is_fetched_too(project: Project) -> None:
    push_data(project, ALL)
    write_files(project.root, {"raw.csv": "newer\n"})
    add_data(project, ["raw.csv"])
    commit_all(project.root)
    push_data(project, ALL)
    forget(project)
    assert fetch_data(project, ShareRequest(("raw.csv",), CommitScope(revs=("HEAD~1",)))).files == 1
    assert not fetch_data(project, ShareRequest(("raw.csv",), CommitScope(revs=("HEAD",), num=2))).lost


def test_experiments_bring_their_data_and_their_runs(work: Path) -> None:
    make_project(work / "repo", {**PIPELINE, ".dvc/config": CONFIG})
    lab = Lab(work / "repo")
    lab.one(name="a")
    lab.one("train.lr=0.2", name="b")
    everything = ShareRequest(scope=CommitScope(experiments=True), run_cache=True)
    pushed = push_data(lab.project, everything)
    # One prepared.txt, two models, their metrics for the run cache; five runs.
    assert {path.split("/")[0] for path in stored(lab.project)} == {"files", "runs"}
    shutil.rmtree(lab.project.settings.cache_dir)
    assert fetch_data(lab.project, everything).files == pushed.files
    (again,) = lab.run("train.lr=0.2", name="c")
    assert {stage.outcome for stage in again.stages} == {Outcome.RESTORED}


def test_a_damaged_run_does_not_enter_the_run_cache(work: Path) -> None:
    make_project(work / "repo", {**PIPELINE, ".dvc/config": CONFIG})
    lab = Lab(work / "repo")
    lab.one(name="a")
    everything = ShareRequest(scope=CommitScope(experiments=True), run_cache=True)
    push_data(lab.project, everything)
    first, *_ = sorted((work / "store/runs").rglob("*/*/*"))
    first.chmod(0o644)
    first.write_text(first.read_text().replace("size", "sizes"))
    shutil.rmtree(lab.project.settings.cache_dir)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.sleep", lambda seconds: None)
        fetched = fetch_data(lab.project, everything)
    assert [lost.path for lost in fetched.lost] == [first.relative_to(work / "store").as_posix()]


def test_a_project_without_a_remote_is_told_how_to_get_one(work: Path) -> None:
    make_project(work / "repo")
    write_files(work / "repo", {"f": "f"})
    project = find_project(work / "repo")
    add_data(project, ["f"])
    with pytest.raises(ExpError, match="no data remote") as caught:
        push_data(project, ALL)
    assert caught.value.hint and "core" in caught.value.hint


def test_an_unknown_remote_is_an_error_that_names_the_near_one(project: Project) -> None:
    with pytest.raises(ExpError, match="no data remote 'mian'") as caught:
        push_data(project, ShareRequest(remote="mian"))
    assert caught.value.hint == "there is `main`."


def test_a_remote_may_go_on_from_another(project: Project) -> None:
    with (project.root / ".dvc/config").open("a") as file:
        file.write("['remote \"part\"']\n    url = remote://main/sub\n")
    remote = choose_remote(find_project(project.root).settings, "part")
    assert remote.url == f"{project.root.parent}/store/sub"


def test_commits_are_chosen_without_the_experiments(work: Path) -> None:
    make_project(work / "repo", PIPELINE)
    lab = Lab(work / "repo")
    lab.one(name="a")
    head = lab.git("rev-parse", "HEAD")
    tip = lab.git("for-each-ref", "--format=%(objectname)", "refs/exps")
    assert commits_in(lab.project.repo, CommitScope(all_commits=True)) == [head]
    assert commits_in(lab.project.repo, CommitScope(branches=True, experiments=True)) == [head, tip]
    assert commits_in(lab.project.repo, CommitScope(revs=("a",), num=-1)) == [tip, head]


def test_needs_of_a_stage_leave_out_what_is_not_cached(work: Path) -> None:
    make_project(work / "repo", PIPELINE)
    lab = Lab(work / "repo")
    run = lab.one(name="a")
    assert run.experiment
    with NeedReader(lab.project) as reader:
        needs = reader.commit(run.experiment.commit)
        assert [need.path for need in needs] == ["prepared.txt", "model.txt"]
        assert reader.commit(run.experiment.commit, Choice(("train",))) == needs[1:]


def change_data(project: Project) -> None:
    write_files(project.root, {"data/b": "two", "data/c": "3"})
    (project.root / "data/a").unlink()


def test_status_tells_edits_apart_from_what_is_recorded(project: Project) -> None:
    change_data(project)
    edited = data_status(project, StatusRequest(granular=True))
    assert edited.committed.is_empty
    assert edited.uncommitted.modified == ("data/", "data/b")
    assert edited.uncommitted.added == ("data/c",) and edited.uncommitted.deleted == ("data/a",)
    add_data(project, ["data"])
    recorded = data_status(project, StatusRequest(granular=True))
    assert recorded.uncommitted.is_empty
    assert recorded.committed.modified == ("data/", "data/b")
    assert recorded.unchanged == ("raw.csv",)


def test_status_names_what_is_missing_where(project: Project) -> None:
    def ask(granular: bool) -> DataStatus:
        return data_status(find_project(project.root), StatusRequest(granular, remote=""))

    assert ask(True).not_in_remote == ("data/", "data/a", "data/b", "raw.csv")
    push_data(project, ALL)
    assert ask(True).not_in_remote == ()
    (project.settings.cache_dir / "files/md5/c4/ca4238a0b923820dcc509a6f75849b").unlink()
    assert ask(True).not_in_cache == ("data/a",) and ask(False).not_in_cache == ("data/",)


def test_a_diff_sees_renames(project: Project) -> None:
    (project.root / "data/a").rename(project.root / "data/z")
    add_data(project, ["data"])
    found = data_diff(project, None, None).difference
    assert [(one.old, one.new) for one in found.renamed] == [("data/a", "data/z")]
    assert found.modified == ("data/",)
