"""Branch, rename, remove: all or nothing, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.change.change import (
    RemoveRequest,
    branch_experiment,
    remove_experiments,
    rename_experiment,
)
from gitexp.experiment.find import list_experiments
from gitexp.experiment.kept import REMOVED, list_kept
from gitexp.experiment.record import Experiment
from gitexp.git.refs import RefChange, change_refs
from tests.experiment.exps import add_experiment, make_history, refs_of
from tests.repos import commit_all, write_files


def test_a_branch_begins_at_the_experiment(work: Path) -> None:
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "one")
    assert branch_experiment(repo, "one", "feature") == "feature"
    assert branch_experiment(repo, "one") == "one-branch"
    heads = refs_of(repo, "refs/heads/")
    assert heads["refs/heads/feature"] == heads["refs/heads/one-branch"] == one.commit


def test_a_branch_that_exists_is_left_alone(work: Path) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "one")
    with pytest.raises(ExpError, match="a branch 'main' already"):
        branch_experiment(repo, "one", "main")
    assert refs_of(repo, "refs/heads/") == {"refs/heads/main": first}


@pytest.mark.parametrize("name", ["a b", "-x", "a..b", "HEAD"])
def test_a_branch_name_git_would_refuse_is_refused(work: Path, name: str) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "one")
    with pytest.raises(ExpError):
        branch_experiment(repo, "one", name)
    assert refs_of(repo, "refs/heads/") == {"refs/heads/main": first}


def test_a_renamed_experiment_has_the_same_commit(work: Path) -> None:
    repo, (first,) = make_history(work)
    old = add_experiment(repo, first, "old")
    new = rename_experiment(repo, "old", "new")
    assert (new.name, new.commit) == ("new", old.commit)
    assert list_experiments(repo) == [new]


def test_a_name_in_use_is_not_taken(work: Path) -> None:
    repo, (first,) = make_history(work)
    both = [add_experiment(repo, first, "one"), add_experiment(repo, first, "two")]
    with pytest.raises(ExpError, match="an experiment 'two'"):
        rename_experiment(repo, "one", "two")
    assert list_experiments(repo) == both


def test_a_name_taken_by_force_keeps_what_it_replaces(work: Path) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "one")
    two = add_experiment(repo, first, "two")
    rename_experiment(repo, "one", "two", force=True)
    assert [found.name for found in list_experiments(repo)] == ["two"]
    assert [(kept.name, kept.commit) for kept in list_kept(repo, REMOVED)] == [("two", two.commit)]


def test_removed_experiments_are_kept_for_undo(work: Path) -> None:
    repo, (first,) = make_history(work)
    one, two = add_experiment(repo, first, "one"), add_experiment(repo, first, "two")
    assert remove_experiments(repo, RemoveRequest(("one",))) == [one]
    assert list_experiments(repo) == [two]
    assert [(kept.name, kept.commit) for kept in list_kept(repo, REMOVED)] == [("one", one.commit)]


def test_one_unknown_name_and_nothing_is_removed(work: Path) -> None:
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "one")
    with pytest.raises(ExpError, match="nosuch"):
        remove_experiments(repo, RemoveRequest(("one", "nosuch")))
    assert list_experiments(repo) == [one]


def test_all_of_a_baseline_or_of_all_go(work: Path) -> None:
    repo, (first, second) = make_history(work, 2)
    old, new = add_experiment(repo, first, "old"), add_experiment(repo, second, "new")
    assert remove_experiments(repo, RemoveRequest(baselines=(first,))) == [old]
    assert remove_experiments(repo, RemoveRequest(everything=True)) == [new]


def test_keep_turns_the_choice_around(work: Path) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "one")
    two = add_experiment(repo, first, "two")
    assert remove_experiments(repo, RemoveRequest(("one",), keep=True)) == [two]


def test_removing_nothing_in_particular_is_a_question(work: Path) -> None:
    repo, _ = make_history(work)
    with pytest.raises(ExpError, match="which experiments"):
        remove_experiments(repo, RemoveRequest())


def test_the_same_name_can_be_removed_many_times(work: Path) -> None:
    repo, (first,) = make_history(work)
    for _ in range(3):
        add_experiment(repo, first, "one")
        remove_experiments(repo, RemoveRequest(("one",)))
    assert len(list_kept(repo, REMOVED)) == 3


def test_removing_all_stays_inside_the_project_one_stands_in(work: Path) -> None:
    write_files(work, {f"{name}/.dvc/config": "" for name in ("a", "b")})
    repo, (first,) = make_history(work)
    a = add_experiment(repo, first, "ours-a", project="a")
    b = add_experiment(repo, first, "ours-b", project="b")
    assert remove_experiments(repo, RemoveRequest(everything=True), "a") == [a]
    assert list_experiments(repo) == [b]


def test_an_experiment_of_dvc_belongs_where_it_changed_something(work: Path) -> None:
    write_files(work, {f"{name}/.dvc/config": "" for name in ("a", "b")})
    repo, (first,) = make_history(work)
    write_files(work, {"b/params.yaml": "x: 2"})
    commit = commit_all(work)
    theirs = Experiment("theirs", commit, first)
    change_refs(repo, [RefChange(theirs.ref, commit, None)])
    assert remove_experiments(repo, RemoveRequest(everything=True), "a") == []
    assert remove_experiments(repo, RemoveRequest(everything=True), "b") == [theirs]
