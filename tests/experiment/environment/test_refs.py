"""Every run says what it ran in: one record for many, kept from `git gc`, and it travels with experiments."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gitexp.experiment.change.save import SaveRequest, save_experiment
from gitexp.experiment.choose import Choice, choose_here
from gitexp.experiment.environment.record import Environment
from gitexp.experiment.environment.refs import keep_environment, read_environment
from gitexp.experiment.environment.share import ENVIRONMENTS
from gitexp.experiment.message import Facts, compose, parse
from gitexp.experiment.record import State
from gitexp.experiment.share.pull import pull_experiments
from gitexp.experiment.share.push import push_experiments
from gitexp.git.objects import ObjectReader
from gitexp.git.refs import list_refs
from tests.experiment.clones import Clone, clone_hub, make_hub
from tests.experiment.exps import add_commit
from tests.experiment.lab import Lab, make_lab
from tests.experiment.pythons import make_python
from tests.programs import exp_ok, git


@pytest.fixture
def lab(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    python = make_python(tmp_path / "python", "numpy-1.26.4.dist-info")
    monkeypatch.setenv("PATH", python.environ["PATH"])
    return make_lab(work / "project")


def record_of(lab: Lab, commit: str) -> Environment | None:
    with ObjectReader(lab.project.repo) as reader:
        found = reader.commit(commit)
        assert found is not None
        return read_environment(reader, found.message)


def environments(lab: Lab | Clone) -> list[str]:
    return [ref.oid for ref in list_refs(lab.project.repo, ENVIRONMENTS)]


def test_all_runs_of_the_same_surroundings_share_one_record(lab: Lab, tmp_path: Path) -> None:
    results = [*lab.run("train.lr=0.2,0.3", jobs=2), lab.one("train.lr=0.4")]
    records = [record_of(lab, one.experiment.commit) for one in results if one.experiment]
    assert [one.packages if one else None for one in records] == [{"numpy": "1.26.4"}] * 3
    assert len(environments(lab)) == 1
    (tmp_path / "python/lib/python3.11/site-packages/scipy-1.0.dist-info").mkdir()
    lab.one("train.lr=0.5", name="later")
    assert len(environments(lab)) == 2


def test_the_tree_is_what_it_would_be_without(lab: Lab) -> None:
    assert lab.changed(lab.one("train.lr=0.2")) == [
        "A .gitignore",
        "A dvc.lock",
        "A metrics.json",
        "M params.yaml",
    ]


def test_a_record_outlives_git_gc(lab: Lab) -> None:
    result = lab.one("train.lr=0.2")
    lab.git("gc", "-q", "--prune=now")
    assert lab.git("fsck", "--strict") == ""
    assert result.experiment is not None
    assert record_of(lab, result.experiment.commit) is not None
    again = lab.one("train.lr=0.3", name="again")
    assert again.experiment is not None
    assert record_of(lab, again.experiment.commit) == record_of(lab, result.experiment.commit)


def test_failed_and_saved_runs_say_it_too(lab: Lab) -> None:
    lab.write("dvc.yaml", "stages:\n  bad: {cmd: exit 3, deps: [data.txt]}\n")
    assert lab.one(name="bad").state is State.FAILED
    failed = lab.git("for-each-ref", "--format=%(objectname)", "refs/gitexp/failed/")
    assert record_of(lab, failed) is not None
    saved = save_experiment(lab.project, SaveRequest("saved"))
    assert record_of(lab, saved.experiment.commit) is not None


def test_a_run_goes_on_where_nothing_can_be_recorded(lab: Lab) -> None:
    folder = lab.project.repo.common_dir / ENVIRONMENTS.rstrip("/")
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    result = lab.one("train.lr=0.2")
    assert result.state is State.SUCCESS
    assert result.experiment is not None
    assert record_of(lab, result.experiment.commit) is None


def test_only_an_object_id_is_taken_for_one() -> None:
    oid = "a" * 40
    assert parse(compose(Facts("one", environment=oid))).environment == oid
    for text in ("HEAD:secret", "--all", "A" * 40, "a" * 39, ""):
        assert parse(f"x\n\nGitexp-Name: one\nGitexp-Environment: {text}\n").environment is None


ENVIRONMENT = Environment("Debian", "x86_64", 2, packages={"numpy": "1.0"})


def add_with(clone: Clone, name: str, environment: Environment) -> str:
    """An experiment that ran in `environment`; the id of the record."""
    oid = keep_environment(clone.project.repo, environment)
    commit = add_commit(clone.path, [clone.head], compose(Facts(name, environment=oid)))
    git(clone.path, "update-ref", f"refs/exps/{clone.head[:2]}/{clone.head[2:]}/{name}", commit)
    return oid


def test_records_are_pushed_and_pulled_with_the_experiments_that_name_them(work: Path) -> None:
    ann = make_hub(work)
    bob = clone_hub(work, "bob")
    one, two = add_with(ann, "one", ENVIRONMENT), add_with(ann, "two", replace(ENVIRONMENT, cpus=64))
    push_experiments(ann.project.repo, "origin", choose_here(ann.project, Choice(("one",))))
    assert git(work / "hub.git", "for-each-ref", "--format=%(objectname)", ENVIRONMENTS).split() == [one]
    pull_experiments(bob.project, "origin", Choice())
    assert environments(bob) == [one]
    push_experiments(ann.project.repo, "origin", choose_here(ann.project, Choice()))
    pull_experiments(bob.project, "origin", Choice())
    assert sorted(environments(bob)) == sorted([one, two])


def test_a_record_that_was_left_behind_comes_with_the_next_pull(work: Path) -> None:
    ann = make_hub(work)
    bob = clone_hub(work, "bob")
    oid = add_with(ann, "one", ENVIRONMENT)
    git(ann.path, "push", "-q", "origin", "refs/exps/*:refs/exps/*")  # as DVC does
    pull_experiments(bob.project, "origin", Choice())
    assert environments(bob) == []
    assert "recorded, but not here" in exp_ok(bob.path, "log", "one")
    push_experiments(ann.project.repo, "origin", choose_here(ann.project, Choice()))
    pull_experiments(bob.project, "origin", Choice())
    assert environments(bob) == [oid]


def test_a_server_that_refuses_records_takes_the_experiments(work: Path) -> None:
    ann = make_hub(work)
    add_with(ann, "one", ENVIRONMENT)
    hook = work / "hub.git/hooks/update"
    hook.write_text("#!/bin/sh\ncase $1 in refs/exps/*) exit 0;; esac\nexit 1\n")
    hook.chmod(0o755)
    shared = push_experiments(ann.project.repo, "origin", choose_here(ann.project, Choice()))
    assert [one.name for one in shared.moved] == ["one"]
    assert ann.there().keys() == {"one"}


def test_log_tells_it_and_diff_what_differs(lab: Lab, tmp_path: Path) -> None:
    lab.one("train.lr=0.2", name="old")
    python = tmp_path / "python"
    (python / "lib/python3.11/site-packages/numpy-1.26.4.dist-info").rename(
        python / "lib/python3.11/site-packages/numpy-2.0.dist-info"
    )
    lab.one(
        "train.lr=0.2",
        name="new",
    )
    story = exp_ok(lab.path, "log", "old")
    assert f"cpython 3.11.7 (venv, {python}/bin/python)" in story
    assert "here and now: numpy 1.26.4 -> 2.0" in story
    told = json.loads(exp_ok(lab.path, "log", "old", "--json"))
    assert told["environment"]["packages"] == {"numpy": "1.26.4"}
    assert told["here"] == {"packages": {"numpy": {"old": "1.26.4", "new": "2.0"}}}
    plain = exp_ok(lab.path, "diff", "old", "new")
    assert plain == "Environment: numpy 1.26.4 -> 2.0 (`--env` shows all)\n"
    assert exp_ok(lab.path, "diff", "old", "new", "--env").splitlines() == [
        "Environment  old     new",
        "numpy        1.26.4  2.0",
    ]
    asked = json.loads(exp_ok(lab.path, "diff", "old", "new", "--env", "--json"))
    assert asked["environment"] == {"packages": {"numpy": {"old": "1.26.4", "new": "2.0"}}}
    three = json.loads(exp_ok(lab.path, "diff", "old", "new", "workspace", "--env", "--json"))
    assert three["environment"] == {
        "packages": {"numpy": {"old": "1.26.4", "new": "2.0", "workspace": "2.0"}}
    }
    assert exp_ok(lab.path, "diff", "new", "workspace", "--env").splitlines()[-1] == (
        "The environments are the same."
    )


def test_log_tells_what_is_otherwise_than_where_the_baseline_ran(lab: Lab, tmp_path: Path) -> None:
    lab.one("train.lr=0.2", name="old")
    assert json.loads(exp_ok(lab.path, "log", "old", "--json"))["before"] is None  # a commit that nothing ran
    exp_ok(lab.path, "branch", "old", "side")
    lab.git("switch", "-q", "side")
    lab.one("train.lr=0.3", name="same")
    packages = tmp_path / "python/lib/python3.11/site-packages"
    (packages / "numpy-1.26.4.dist-info").rename(packages / "numpy-2.0.dist-info")
    lab.one("train.lr=0.4", name="new")
    assert "since the baseline: the same" in exp_ok(lab.path, "log", "same")
    assert "since the baseline: numpy 1.26.4 -> 2.0" in exp_ok(lab.path, "log", "new")
    told = json.loads(exp_ok(lab.path, "log", "new", "--json"))
    assert told["before"] == {"packages": {"numpy": {"old": "1.26.4", "new": "2.0"}}}
