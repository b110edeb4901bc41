"""Garbage collection keeps what anybody may still need, and frees the rest."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from gitexp.build.claim import claim
from gitexp.build.stop import Stop
from gitexp.cache.hashing import md5_bytes
from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.errors import Exit, ExpError
from gitexp.experiment.change.change import RemoveRequest, remove_experiments
from gitexp.experiment.data.add import add_data
from gitexp.experiment.data.commit_scope import CommitScope
from gitexp.experiment.data.garbage import Garbage, GcRequest, find_garbage
from gitexp.experiment.data.gc import (
    find_remote_garbage,
    remove_garbage,
    remove_remote_garbage,
)
from gitexp.experiment.data.share import ShareRequest, push_data
from gitexp.experiment.stores import open_store
from gitexp.git.owner import owner_lines, this_process
from gitexp.git.refs import list_refs
from gitexp.project import Project, find_project
from tests.experiment.lab import PIPELINE, Lab
from tests.programs import EXP, exp_ok, finish, git, start
from tests.repos import commit_all, make_project, write_files

WORKSPACE = GcRequest(CommitScope(workspace=True))
CONFIG = "[core]\n    remote = main\n['remote \"main\"']\n    url = ../../store\n"


@pytest.fixture
def lab(work: Path) -> Lab:
    make_project(work / "repo", {**PIPELINE, ".dvc/config": CONFIG})
    return Lab(work / "repo")


def has(project: Project, content: str) -> bool:
    return open_store(project).has(Hash(md5_bytes(content.encode())))


def collect(project: Project, request: GcRequest = WORKSPACE) -> Garbage:
    garbage = find_garbage(project, request)
    remove_garbage(project, request, garbage)
    return garbage


def model(lr: float) -> str:
    return f"  lr: {lr}  # step\nabc\nabc\n"


def put(project: Project, content: str) -> None:
    (project.root / "x").write_text(content)
    open_store(project).save(project.root / "x")


def test_what_nothing_names_goes_and_the_rest_stays(lab: Lab) -> None:
    write_files(lab.path, {"data/a": "1", "data/b": "2"})
    add_data(lab.project, ["data"])
    put(lab.project, "nobody's")
    garbage = collect(lab.project)
    assert len(garbage.objects) == 1 and garbage.size == len("nobody's")
    assert has(lab.project, "1") and has(lab.project, "2") and not has(lab.project, "nobody's")
    assert not collect(lab.project).pieces


def test_experiments_keep_their_data_unless_told_otherwise(lab: Lab) -> None:
    lab.one("train.lr=0.3", name="a")
    assert not collect(lab.project).objects
    assert has(lab.project, model(0.3))
    gone = collect(lab.project, GcRequest(CommitScope(workspace=True), experiments=False))
    assert not has(lab.project, model(0.3)) and len(gone.runs) == 3


def test_removed_experiments_keep_their_data_as_long_as_they_can_come_back(lab: Lab) -> None:
    lab.one("train.lr=0.3", name="a")
    remove_experiments(lab.project.repo, RemoveRequest(("a",)))
    collect(lab.project)
    assert has(lab.project, model(0.3))


def test_branches_tags_and_commits_keep_what_they_need(lab: Lab) -> None:
    repo = lab.path
    for number, name in enumerate(["old", "tagged", "new"]):
        write_files(repo, {"f": name})
        add_data(lab.project, ["f"])
        commit_all(repo)
        if number == 1:
            git(repo, "tag", "t")

    def left(scope: CommitScope) -> list[str]:
        garbage = find_garbage(lab.project, GcRequest(scope))
        gone = {piece.path.parent.name + piece.path.name for piece in garbage.objects}
        return [name for name in ("old", "tagged", "new") if md5_bytes(name.encode()) not in gone]

    assert left(CommitScope(branches=True)) == ["new"]
    assert left(CommitScope(workspace=True, tags=True)) == ["tagged", "new"]
    assert left(CommitScope(all_commits=True)) == ["old", "tagged", "new"]
    assert left(CommitScope(revs=("HEAD~2",))) == ["old"]
    assert left(CommitScope(revs=("HEAD",), num=2)) == ["tagged", "new"]


def test_a_commit_that_cant_be_parsed_keeps_its_data(lab: Lab) -> None:
    write_files(lab.path, {"f": "precious"})
    add_data(lab.project, ["f"])
    write_files(lab.path, {"dvc.yaml": "stages: [broken"})
    commit_all(lab.path)
    (lab.path / "f.dvc").unlink()
    collect(lab.project, GcRequest(CommitScope(branches=True)))
    assert has(lab.project, "precious")


def test_without_a_scope_nothing_happens(lab: Lab) -> None:
    with pytest.raises(ExpError, match="say what to keep") as refused:
        find_garbage(lab.project, GcRequest(CommitScope()))
    assert refused.value.exit_code is Exit.USAGE


def test_while_a_stage_is_at_work_what_it_may_need_stays(lab: Lab) -> None:
    lab.one("train.lr=0.3", name="a")
    free = GcRequest(CommitScope(workspace=True), experiments=False)
    put(lab.project, "older than the stage")
    time.sleep(0.02)
    with claim(lab.project.repo.state_dir / "claims", "k", Stop(), lambda: None):
        time.sleep(0.02)
        put(lab.project, "younger than the stage")
        garbage = collect(lab.project, free)
        assert garbage.busy and not garbage.runs
    assert has(lab.project, "younger than the stage") and not has(lab.project, "older than the stage")
    assert has(lab.project, model(0.3))  # a run names it
    collect(lab.project, free)
    assert not has(lab.project, model(0.3)) and not has(lab.project, "younger than the stage")


def test_a_claim_of_a_killed_process_keeps_nothing(lab: Lab) -> None:
    claims = lab.project.repo.state_dir / "claims"
    claims.mkdir(parents=True)
    (claims / "left behind").touch()
    time.sleep(0.02)
    put(lab.project, "nobody's")
    assert not collect(lab.project).busy and not has(lab.project, "nobody's")


def test_what_is_used_between_looking_and_removing_stays(lab: Lab) -> None:
    put(lab.project, "wanted again")
    garbage = find_garbage(lab.project, WORKSPACE)
    time.sleep(0.02)
    os.link(garbage.objects[0].path, lab.path / "link")
    assert remove_garbage(lab.project, WORKSPACE, garbage) == 0
    assert has(lab.project, "wanted again")


def test_what_is_tracked_between_looking_and_removing_stays(lab: Lab) -> None:
    put(lab.project, "wanted again")
    garbage = find_garbage(lab.project, WORKSPACE)
    add_data(lab.project, ["x"])
    assert remove_garbage(lab.project, WORKSPACE, garbage) == 0
    assert has(lab.project, "wanted again")


def test_leftovers_of_killed_processes_go_when_they_are_old(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lab.project.settings.cache_dir / "files" / "md5" / "ab"
    folder.mkdir(parents=True)
    (folder / ".left.tmp").write_text("half")
    assert not find_garbage(lab.project, WORKSPACE).temps
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 7200)
    assert [piece.path.name for piece in find_garbage(lab.project, WORKSPACE).temps] == [".left.tmp"]


def test_old_logs_go(lab: Lab) -> None:
    lab.one(name="a")
    assert not find_garbage(lab.project, WORKSPACE).logs
    (log,) = find_garbage(lab.project, GcRequest(CommitScope(workspace=True), log_days=-1)).logs
    assert log.path.is_dir() and log.size > 0


def test_objects_of_dvc_2_are_collected_too(lab: Lab) -> None:
    legacy = lab.project.settings.cache_dir / "ab" / ("c" * 30)
    legacy.parent.mkdir(parents=True)
    legacy.write_text("old")
    assert [piece.path for piece in collect(lab.project).objects] == [legacy]


def test_a_remote_is_collected_with_the_lists_that_only_it_has(lab: Lab) -> None:
    write_files(lab.path, {"data/a": "1", "data/b": "2", "f": "f"})
    add_data(lab.project, ["data", "f"])
    push_data(lab.project, ShareRequest())
    (lab.path / "f.dvc").unlink()
    for path in Store(lab.project.settings.cache_dir).root.rglob("*.dir"):
        path.unlink()
    garbage = find_remote_garbage(find_project(lab.path), WORKSPACE, None)
    assert [one.key for one in garbage.objects] == ["files/md5/8f/a14cdd754f91cc6554c9e71929cce7"]
    remove_remote_garbage(garbage)
    assert not find_remote_garbage(find_project(lab.path), WORKSPACE, None).objects


def test_what_killed_pushes_left_on_a_remote_goes_after_a_day(lab: Lab, work: Path) -> None:
    write_files(lab.path, {"f": "f"})
    add_data(lab.project, ["f"])
    push_data(lab.project, ShareRequest())
    half = (
        "files/md5/8f/.0123456789abcdef.tmp",
        "files/md5/.0123456789-bcdefghij_.tmp",
        "8f/.Abc-0123456789_defghij.tmp",
    )
    others = ("files/md5/8f/notes.tmp", "notes/.0123456789abcdef.tmp", "files/md5/8f/.fedcba9876543210.tmp")
    write_files(work / "store", dict.fromkeys((*half, *others), "half"))
    for name in (*half, *others[:2]):
        os.utime(work / "store" / name, (1, 1))
    found = json.loads(exp_ok(lab.path, "gc", "-w", "-c", "--dry", "--json"))
    assert (found["remote_objects"], found["remote_unfinished"]) == (0, 3)
    assert "3 unfinished uploads on" in exp_ok(lab.path, "gc", "-w", "-c", "-f")
    assert not any((work / "store" / name).exists() for name in half)
    assert all((work / "store" / name).exists() for name in others)


def leave_things_behind(lab: Lab) -> None:
    """A worktree of a killed run, an undo of long ago, rows of an earlier version."""
    lab.one("train.lr=0.3", name="a")
    remove_experiments(lab.project.repo, RemoveRequest(("a",)))
    state = lab.project.repo.state_dir
    (worktree,) = [path for path in (state / "worktrees").iterdir() if path.name.isdigit()]
    (worktree / "half.log").write_text("half")
    (state / "worktrees" / f"{worktree.name}.slot" / "owner").write_text(owner_lines(this_process()))
    (operation,) = (state / "undo").iterdir()
    (ref,) = list_refs(lab.project.repo, "refs/gitexp/removed/")
    long_ago = f"{ref.name.rpartition('/')[0]}/20200101T000000.0-0"
    git(lab.path, "update-ref", long_ago, ref.oid)
    git(lab.path, "update-ref", "-d", ref.name)
    operation.rename(operation.with_name("20200101T000000.0-0.json"))
    (state / "cache" / "rows-0.jsonl").write_text("old")


def test_what_is_left_behind_is_told_before_it_goes(lab: Lab) -> None:
    leave_things_behind(lab)
    state = lab.project.repo.state_dir
    before = {path: path.stat().st_mtime_ns for path in state.rglob("*") if path.is_file()}
    told = json.loads(exp_ok(lab.path, "gc", "-w", "--dry", "--json"))
    assert (told["worktrees"], told["undo"], told["undo_refs"], told["caches"]) == (1, 1, 1, 1)
    # What the removed experiment needed goes with the last chance to bring it back.
    assert told["objects"] > 0 and told["removed"] is False and told["size"] >= len("half") + len("old")
    assert {path: path.stat().st_mtime_ns for path in state.rglob("*") if path.is_file()} == before
    text = exp_ok(lab.path, "gc", "-w", "-f")
    for words in ("1 worktree left by killed or no runs", "1 undo of more than 30 days", "1 old cache file"):
        assert words in text
    assert not list(state.rglob("half.log")) and not (state / "cache" / "rows-0.jsonl").exists()
    assert not list_refs(lab.project.repo, "refs/gitexp/removed/") and not has(lab.project, model(0.3))
    assert exp_ok(lab.path, "gc", "-w", "-f").startswith("Nothing to remove.")


def test_logs_end_by_age_without_gc_too(lab: Lab) -> None:
    lab.one(name="a")
    jobs = lab.project.repo.state_dir / "jobs"
    (old,) = jobs.iterdir()
    for path in (old, *old.rglob("*")):
        os.utime(path, (1, 1))
    lab.one("train.lr=0.2", name="b")
    assert old.exists()  # looked at once a day
    os.utime(lab.project.repo.state_dir / "logs-pruned", (1, 1))
    git(lab.path, "config", "exp.logDays", "30000")
    lab.one("train.lr=0.3", name="c")
    assert old.exists()
    os.utime(lab.project.repo.state_dir / "logs-pruned", (1, 1))
    git(lab.path, "config", "exp.logDays", "30")
    lab.one("train.lr=0.4", name="d")
    assert not old.exists() and len(list(jobs.iterdir())) == 3


WAITING = """\
stages:
  first:
    cmd: cat data.txt > first.txt
    deps: [data.txt]
    outs: [first.txt]
  second:
    cmd: cd ../../../../..; touch begun; until [ -e go ]; do sleep 0.02; done; cd -; cat first.txt > s.txt
    deps: [first.txt]
    outs: [s.txt]
"""


def test_a_run_at_work_loses_nothing_to_gc(work: Path) -> None:
    repo = make_project(work / "repo", {"dvc.yaml": WAITING, "data.txt": "made by the first stage\n"})
    process = start(repo, (*EXP, "run", "-n", "busy"))
    deadline = time.monotonic() + 60
    while not (work / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    project = find_project(repo)
    first = Hash(md5_bytes(b"made by the first stage\n"))
    assert (work / "begun").exists() and open_store(project).has(first)
    text = exp_ok(repo, "gc", "-w", "-f")
    assert open_store(project).has(first), text
    (work / "go").touch()
    assert finish(process).code == 0
    report = json.loads(exp_ok(repo, "fsck", "--json"))
    assert report["clean"] and not report["elsewhere"]
    exp_ok(repo, "apply", "busy")
    assert (repo / "s.txt").read_text() == "made by the first stage\n"


def test_what_is_staged_stashed_or_in_another_worktree_keeps_its_data(lab: Lab) -> None:
    repo = lab.path
    write_files(repo, {"f": "committed"})
    add_data(lab.project, ["f"])
    commit_all(repo)
    for content, keep in (("stashed", ("stash", "push", "-q")), ("staged", ("add", "f.dvc"))):
        (repo / "f").unlink()
        write_files(repo, {"f": content})
        add_data(lab.project, ["f"])
        git(repo, *keep)
    git(repo, "worktree", "add", "-q", "../other")
    (repo.parent / "other/g.dvc").write_text(f"outs:\n- md5: {md5_bytes(b'other')}\n  path: g\n")
    put(lab.project, "other")
    put(lab.project, "nobody's")
    (repo / "f.dvc").unlink()
    collect(lab.project)
    for content in ("committed", "stashed", "staged", "other"):
        assert has(lab.project, content), content
    assert not has(lab.project, "nobody's")
