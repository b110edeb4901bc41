"""Entries run on machines that share nothing with the queue but a Git remote and a data remote."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.build.stop import Stop
from gitexp.errors import ExpError
from gitexp.experiment.record import State
from gitexp.experiment.request import RunRequest
from gitexp.git.objects import ObjectReader
from gitexp.project import find_project
from gitexp.queue.enqueue import enqueue
from gitexp.queue.far.parcel import send_parcel
from gitexp.queue.far.runs import FarRun, find_run, progress_of
from gitexp.queue.far.task import FarResult, Outcome
from gitexp.queue.far.tidings import Tidings, ended_ref, read_tidings
from tests.programs import exp_ok, finish, git
from tests.queue.far.ground import Far, make_far
from tests.repos import commit_all

SENT = FarResult(Outcome.SENT, State.SUCCESS.value)
ENDED = FarResult(Outcome.ENDED)


@pytest.fixture
def far(work: Path, monkeypatch: pytest.MonkeyPatch) -> Far:
    return make_far(work, monkeypatch)


def tidings(far: Far, entry: str) -> Tidings:
    git(far.lab.path, "fetch", "-q", "origin", f"+refs/gitexp/ended/{entry}:refs/test/{entry}")
    with ObjectReader(far.lab.project.repo) as reader:
        return read_tidings(reader, git(far.lab.path, "rev-parse", f"refs/test/{entry}"))


def counted(far: Far, stage_file: Path) -> None:
    """Each run of `prepare` adds a line to a file outside of everything."""
    count = f"cmd: echo x >> {stage_file}; cat data"
    far.lab.edit("dvc.yaml", lambda text: text.replace("cmd: cat data", count))
    commit_all(far.lab.path)


def test_a_run_comes_home_as_refs_and_data(far: Far) -> None:
    (waybill,) = far.send("train.lr=0.2", name="one")
    assert far.work(waybill) == SENT
    (commit,) = far.experiments().values()
    assert git(far.hub, "show", f"{commit}:params.yaml").splitlines()[2] == "  lr: 0.2  # step"
    assert git(far.hub, "show", "-s", "--format=%an %P", commit).startswith("Ann Example ")
    told = tidings(far, waybill.entry)
    assert (told.commit, told.note.name) == (commit, "one")
    assert told.note.ending is not None and told.note.ending.state == "success"
    assert b"prepare" in told.log
    assert len([path for path in (far.store / "files").rglob("*") if path.is_file()]) == 3
    assert len(list((far.store / "runs").glob("*/*/*"))) == 3
    git(far.hub, "fsck", "--strict")


def test_what_was_sent_is_not_run_again(far: Far, work: Path) -> None:
    counted(far, work / "count")
    (waybill,) = far.send(name="one")
    assert [far.work(waybill), far.work(waybill), far.work(waybill, at="other")] == [SENT, ENDED, ENDED]
    assert (work / "count").read_text() == "x\n"


def test_of_two_that_run_an_entry_at_once_one_is_heard(far: Far, work: Path) -> None:
    """Neither sees the other before its last push: each waits in its stage until both have begun."""
    meet = f"echo x >> {work}/begun; while [ $(wc -l < {work}/begun) -lt 2 ]; do sleep 0.05; done; cat data"
    far.lab.edit("dvc.yaml", lambda text: text.replace("cmd: cat data", f"cmd: {meet}"))
    (waybill,) = far.send(name="one")
    both = [far.start(waybill, at) for at in ("far", "other")]
    assert sorted(finish(process).out.split()[0] for process in both) == ["ended", "sent"]
    assert list(far.experiments()) == ["one"]


def test_a_machine_keeps_nothing_but_caches(far: Far) -> None:
    for waybill in far.send("train.lr=0.2,0.3", name="s"):
        far.work(waybill)
    clone = far.clone()
    refs = git(clone, "for-each-ref", "--format=%(refname)").split()
    assert {ref.rpartition("/")[0] for ref in refs} == {"refs/gitexp/environments", "refs/gitexp/parcels"}
    assert list((clone / ".git/gitexp/jobs").iterdir()) == []
    assert list((clone / ".git/gitexp/running").iterdir()) == []
    assert git(clone, "rev-list", "--count", waybill.commit) == "3"  # parcel, snapshot, baseline


def test_all_of_the_history_is_there_on_request(far: Far) -> None:
    far.lab.git("config", "exp.farHistory", "full")
    (waybill,) = far.send(name="one")
    far.work(waybill)
    assert git(far.clone(), "rev-list", "--count", waybill.commit) == "4"


def test_a_stage_that_ran_elsewhere_is_restored(far: Far, work: Path) -> None:
    counted(far, work / "count")
    one, two = far.send("train.lr=0.2,0.3", name="s")
    assert far.work(one) == SENT
    assert far.work(two, at="other") == SENT
    assert (work / "count").read_text() == "x\n"
    cached = {path.name for path in (far.machine("other") / "cache/files").rglob("*") if path.is_file()}
    model = git(far.hub, "show", f"{far.experiments()['s-1']}:dvc.lock").split("path: model.txt")[1]
    assert model.split("md5: ")[1][2:32] not in cached


def test_data_of_the_workspace_is_fetched_for_the_stage_that_needs_it(far: Far) -> None:
    far.lab.run(name="here")
    exp_ok(far.lab.path, "apply", "here")
    exp_ok(far.lab.path, "data", "push")
    commit_all(far.lab.path)
    (waybill,) = far.send("train.lr=0.7", name="one")
    assert far.work(waybill) == SENT
    log = tidings(far, waybill.entry).log
    assert b"==> train <==" in log and b"==> prepare <==" not in log


def test_a_failed_run_comes_home_with_its_log(far: Far) -> None:
    far.lab.edit("dvc.yaml", lambda text: text.replace("cmd: grep", "cmd: echo oh no; exit 3; grep"))
    (waybill,) = far.send(name="bad")
    assert far.work(waybill).state == "failed"
    assert far.experiments() == {}
    told = tidings(far, waybill.entry)
    assert told.note.ending is not None and told.commit is not None
    assert (told.note.ending.stage, told.note.ending.exit_code) == ("train", 3)
    assert b"oh no" in told.log
    assert "prepared.txt" in git(far.lab.path, "show", f"{told.commit}:dvc.lock")
    assert far.work(waybill) == ENDED


def test_another_gitexp_at_the_worker_is_told(far: Far) -> None:
    (waybill,) = far.send(name="one")
    assert "has gitexp" in far.work(replace(waybill, version="9.9")).why
    told = tidings(far, waybill.entry)
    assert told.commit is None and told.note.ending is not None and told.note.ending.state == "failed"


def test_a_parcel_that_is_gone_is_not_run(far: Far) -> None:
    (waybill,) = far.send(name="one")
    git(far.hub, "update-ref", "-d", waybill.ref)
    assert far.work(waybill) == FarResult(Outcome.WITHDRAWN)
    assert far.refs() == []


def test_a_name_that_somebody_took_fails_a_chosen_one(far: Far) -> None:
    (waybill,) = far.send(name="one")
    other = far.lab.one(name="theirs").experiment
    assert other is not None
    git(far.lab.path, "push", "-q", "origin", f"{other.commit}:{other.ref.removesuffix('theirs')}one")
    assert "already" in far.work(waybill).why
    assert far.experiments() == {"one": other.commit}
    told = tidings(far, waybill.entry)
    assert told.note.ending is not None and told.note.ending.state == "failed" and told.commit is not None


def test_a_made_up_name_that_somebody_took_is_changed(far: Far) -> None:
    (waybill,) = far.send("train.lr=0.5")
    with ObjectReader(far.lab.project.repo) as reader:
        text = reader.read(f"{waybill.commit}:entries") or b""
    name = text.decode().split('"name":"')[1].split('"')[0]
    other = far.lab.one(name="theirs").experiment
    assert other is not None
    git(far.lab.path, "push", "-q", "origin", f"{other.commit}:{other.ref.removesuffix('theirs')}{name}")
    assert far.work(waybill) == SENT
    found = far.experiments()
    assert found.pop(name) == other.commit
    ((new, commit),) = found.items()
    assert git(far.hub, "show", "-s", "--format=%s", commit) == f"exp {new}: train.lr=0.5"
    assert tidings(far, waybill.entry).note.name == new


def test_a_forced_run_replaces_the_experiment(far: Far) -> None:
    far.work(far.send(name="one")[0])
    far.lab.git("fetch", "-q", "origin", "refs/exps/*:refs/exps/*")
    (again,) = far.send("train.lr=0.4", name="one", force=True)
    assert far.work(again) == SENT
    assert "lr: 0.4" in git(far.hub, "show", f"{far.experiments()['one']}:params.yaml")


def test_a_remote_without_transactions(far: Far) -> None:
    git(far.hub, "config", "receive.advertiseAtomic", "false")
    (waybill,) = far.send(name="one")
    assert far.work(waybill) == SENT
    commit = far.experiments()["one"]
    # A worker that died between its two pushes:
    git(far.hub, "update-ref", "-d", ended_ref(waybill.entry))
    assert far.work(waybill, at="other") == SENT
    assert far.experiments()["one"] == commit
    assert tidings(far, waybill.entry).commit == commit


@pytest.mark.parametrize("kill", [True, False])
def test_stopping(far: Far, work: Path, kill: bool) -> None:
    slow = f"cmd: touch {work}/begun; sleep 60; grep"
    far.lab.edit("dvc.yaml", lambda text: text.replace("cmd: grep", slow))
    (waybill,) = far.send(name="one")
    run, found = FarRun(Stop()), []
    thread = threading.Thread(target=lambda: found.append(far.work(waybill, run=run)))
    thread.start()
    while not (work / "begun").exists():
        assert thread.is_alive()
        threading.Event().wait(0.02)
    progress = progress_of(waybill.entry)
    assert progress is not None and b"prepare" in progress.log and progress.note.root == ""
    assert find_run(waybill.entry) is run
    run.kill() if kill else run.abandon()
    thread.join()
    assert find_run(waybill.entry) is None
    if kill:
        assert found[0].state == "interrupted"
        assert tidings(far, waybill.entry).commit is not None
    else:
        assert found == [FarResult(Outcome.STOPPED)]
        assert far.refs("refs/gitexp/ended") == []
        assert git(far.clone(), "for-each-ref", "refs/gitexp/failed") == ""


def test_a_project_in_a_folder(far: Far, work: Path) -> None:
    sub = far.lab.path / "sub"
    sub.mkdir()
    for path in git(far.lab.path, "ls-files").splitlines():
        (sub / path).parent.mkdir(parents=True, exist_ok=True)
        git(far.lab.path, "mv", path, f"sub/{path}")
    commit_all(far.lab.path)
    project = find_project(sub)
    jobs = enqueue(project, RunRequest(overrides=("train.lr=0.2",), name="one")).jobs
    (waybill,) = send_parcel(project.repo, "origin", jobs)
    assert far.work(waybill) == SENT
    assert "lr: 0.2" in git(far.hub, "show", f"{far.experiments()['one']}:sub/params.yaml")


def test_a_remote_that_does_not_exist(far: Far) -> None:
    with pytest.raises(ExpError, match="there is no Git remote 'nowhere'"):
        send_parcel(far.lab.project.repo, "nowhere", far.queue(name="one"))
