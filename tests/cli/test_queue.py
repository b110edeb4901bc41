"""The queue and what failed, as typed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.experiment.jobs.test_failed import FAILS
from tests.experiment.lab import Lab, make_lab
from tests.programs import EXP, exp, exp_ok, finish, start


@pytest.fixture
def lab(work: Path) -> Lab:
    return make_lab(work / "project")


@pytest.fixture
def failing(work: Path) -> Lab:
    lab = make_lab(work / "project", dvc__yaml=FAILS)
    assert exp(lab.path, "run", "-n", "bad", "-S", "train.lr=0.5").code == 1
    return lab


def test_queue_status_run_all_and_again_nothing(lab: Lab) -> None:
    out = exp_ok(lab.path, "run", "--queue", "-n", "q", "-S", "train.lr=0.2,0.3")
    assert "Queued experiment 'q-1' for future execution.\nQueued experiment 'q-2'" in out
    status = json.loads(exp_ok(lab.path, "queue", "status", "--json"))
    assert [(entry["name"], entry["state"]) for entry in status["entries"]] == [
        ("q-1", "queued"),
        ("q-2", "queued"),
    ]
    exp_ok(lab.path, "run", "--run-all", "-j", "2")
    assert exp_ok(lab.path, "list", "--name-only").split() == ["q-1", "q-2"]
    assert "Success" in exp_ok(lab.path, "queue", "status")
    assert "Nothing is queued." in exp(lab.path, "run", "--run-all").err


def test_queued_as_json_is_an_object_a_line(lab: Lab) -> None:
    out = exp_ok(lab.path, "run", "--queue", "--json", "-S", "train.lr=0.2,0.3")
    assert [json.loads(line)["overrides"] for line in out.splitlines()] == [
        ["train.lr=0.2"],
        ["train.lr=0.3"],
    ]


def test_the_queue_is_in_the_table_until_it_has_run(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-n", "q", "-S", "train.lr=0.7")
    (state,) = json.loads(exp_ok(lab.path, "show", "--json"))[1]["experiments"]
    assert (state["name"], state["executor"]["state"]) == ("q", "queued")
    assert state["revs"][0]["data"]["params"]["params.yaml"]["data"]["train"]["lr"] == 0.7
    assert json.loads(exp_ok(lab.path, "show", "--json", "--hide-queued"))[1]["experiments"] is None
    exp_ok(lab.path, "run", "--run-all")
    (state,) = json.loads(exp_ok(lab.path, "show", "--json"))[1]["experiments"]
    assert state["executor"] is None


def test_a_queued_entry_can_be_applied_branched_and_removed_by_name(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-n", "q", "-S", "train.lr=0.7")
    exp_ok(lab.path, "branch", "q")
    assert "lr: 0.7" in lab.git("show", "q-branch:params.yaml")
    exp_ok(lab.path, "apply", "q")
    assert "lr: 0.7" in (lab.path / "params.yaml").read_text()
    exp_ok(lab.path, "remove", "q")
    assert "No experiment tasks" in exp_ok(lab.path, "queue", "status")


def test_an_unknown_name_removes_nothing(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-n", "q")
    assert exp(lab.path, "remove", "q", "nobody").code == 1
    assert "q " in exp_ok(lab.path, "queue", "status")


def test_all_that_waits_can_be_removed(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-S", "train.lr=0.2,0.3")
    exp_ok(lab.path, "remove", "--queue")
    assert "No experiment tasks" in exp_ok(lab.path, "queue", "status")


def test_what_was_removed_from_the_queue_comes_back(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-n", "q", "-S", "train.lr=0.2,0.3")
    exp_ok(lab.path, "queue", "hold", "q-2")
    before = exp_ok(lab.path, "queue", "status")
    exp_ok(lab.path, "queue", "remove", "--all")
    for ref in lab.git("for-each-ref", "--format=%(refname)", "refs/gitexp/queue").split():
        lab.git("update-ref", "-d", ref)  # as the next worker does when it goes home
    lab.git("gc", "-q", "--prune=now")
    assert "queue remove q-1 and q-2" in exp_ok(lab.path, "undo", "--list")
    exp_ok(lab.path, "undo")
    assert exp_ok(lab.path, "queue", "status") == before
    exp_ok(lab.path, "run", "--run-all")
    assert exp_ok(lab.path, "list", "--name-only").split() == ["q-1"]
    exp_ok(lab.path, "remove", "q-2")
    exp_ok(lab.path, "undo")
    assert "q-2" in exp_ok(lab.path, "queue", "status")


def test_a_failed_run_is_listed_with_what_to_do(failing: Lab) -> None:
    done = exp(failing.path, "log", "--failed")
    out = done.out
    assert "Ended:    failed after" in out
    assert "in stage 'train': exited with 3" in out
    assert "Next: exp logs bad" in done.err
    assert "acc   0.5" in out
    assert "(bad) failed after" in exp_ok(failing.path, "log", "--failed", "--oneline")
    assert "Failed" in exp_ok(failing.path, "show", "--md")


def test_its_log_is_printed(failing: Lab) -> None:
    assert "half way" in exp_ok(failing.path, "logs", "bad")


def test_it_can_be_applied_to_debug(failing: Lab) -> None:
    exp_ok(failing.path, "apply", "bad")
    assert "lr: 0.5" in (failing.path / "params.yaml").read_text()


def test_it_can_be_forgotten(failing: Lab) -> None:
    assert "Removed bad" in exp_ok(failing.path, "remove", "bad")
    assert "No failed runs." in exp_ok(failing.path, "log", "--failed")


@pytest.mark.parametrize("queued", [False, True])
def test_retry_runs_what_it_was_whatever_the_workspace_is(lab: Lab, queued: bool) -> None:
    ok = lab.path.parent / "ok"
    lab.write("dvc.yaml", FAILS.replace("exit 3", f"test -e {ok}"))
    assert exp(lab.path, "run", "-n", "bad", "-S", "train.lr=0.5").code == 1
    lab.write("dvc.yaml", "stages: {}\n")
    assert exp(lab.path, "retry", "bad").code == 1
    ok.write_text("")
    if queued:
        assert "Queued again: bad" in exp_ok(lab.path, "retry", "bad", "--queue")
        exp_ok(lab.path, "run", "--run-all")
    else:
        exp_ok(lab.path, "retry", "bad")
    assert exp_ok(lab.path, "list", "--name-only").split() == ["bad"]
    commit = lab.git("for-each-ref", "--format=%(objectname)", "refs/exps")
    assert "lr: 0.5" in lab.git("show", f"{commit}:params.yaml")
    assert "train:" in lab.git("show", f"{commit}:dvc.lock")
    assert "Nothing has failed." in exp(lab.path, "retry").err


def test_a_failed_entry_of_the_queue_can_be_retried_here(lab: Lab) -> None:
    ok = lab.path.parent / "ok"
    lab.write("dvc.yaml", FAILS.replace("exit 3", f"test -e {ok}"))
    exp_ok(lab.path, "run", "--queue", "-n", "bad")
    assert exp(lab.path, "run", "--run-all").code == 1
    ok.write_text("")
    exp_ok(lab.path, "retry", "bad")
    assert exp_ok(lab.path, "list", "--name-only").split() == ["bad"]
    assert "No experiment tasks" in exp_ok(lab.path, "queue", "status")


def test_a_log_is_followed_until_the_run_ends(lab: Lab) -> None:
    lab.write("dvc.yaml", "stages:\n  slow:\n    cmd: 'echo begun; sleep 1; echo done now'\n")
    running = start(lab.path, (*EXP, "run", "-n", "slow"))
    deadline = time.monotonic() + 20
    while exp(lab.path, "logs", "slow").code != 0:
        assert time.monotonic() < deadline
    out = exp_ok(lab.path, "logs", "-f", "slow")
    assert out.endswith("done now\n")
    assert finish(running).code == 0


def test_workers_in_the_background_run_the_queue_and_go_home(lab: Lab) -> None:
    exp_ok(lab.path, "run", "--queue", "-n", "q", "-S", "train.lr=0.2,0.3,0.4")
    exp_ok(lab.path, "queue", "start", "-j", "2")
    deadline = time.monotonic() + 30
    while len(exp_ok(lab.path, "list", "--name-only").split()) < 3:
        assert time.monotonic() < deadline, (lab.path / ".git/gitexp/queue/workers.log").read_text()
        time.sleep(0.1)
    while "0 active, 0 idle" not in exp_ok(lab.path, "queue", "status"):
        assert time.monotonic() < deadline
