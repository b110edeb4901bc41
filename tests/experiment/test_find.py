"""What a word means: ref, name, commit; on HEAD's baseline first."""

from __future__ import annotations

from pathlib import Path

import pygit2
import pytest

from gitexp.errors import ExpError
from gitexp.experiment.find import find_experiment, list_experiments, names_on, resolve_rev
from tests.experiment.exps import add_commit, add_experiment, make_history


def test_experiments_are_listed_by_baseline(work: Path) -> None:
    repo, (first, second) = make_history(work, 2)
    old, new = add_experiment(repo, first, "old"), add_experiment(repo, second, "new")
    assert set(list_experiments(repo)) == {old, new}
    assert list_experiments(repo, [second]) == [new]
    assert names_on(repo, first) == {"old"}


def test_refs_that_dvc_keeps_beside_experiments_are_none(work: Path) -> None:
    repo, (first,) = make_history(work)
    references = pygit2.Repository(str(work)).references
    for name in ("stash", "exec/EXEC_HEAD", "celery/stash", "apply/ORIG_HEAD", "temp/head-1", "ab/cd/ef"):
        references.create(f"refs/exps/{name}", first)
    assert list_experiments(repo) == []


def test_an_experiment_is_found_by_name_ref_and_commit(work: Path) -> None:
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "one")
    add_experiment(repo, first, "two")
    for word in ("one", one.ref, one.ref.removeprefix("refs/"), one.commit, one.commit[:8]):
        assert find_experiment(repo, word) == one


def test_of_two_with_one_name_that_of_head_is_meant(work: Path) -> None:
    repo, (first, second) = make_history(work, 2)
    add_experiment(repo, first, "same")
    here = add_experiment(repo, second, "same")
    assert find_experiment(repo, "same") == here


def test_a_name_of_two_other_baselines_is_ambiguous(work: Path) -> None:
    repo, (first, second, _) = make_history(work, 3)
    places = [add_experiment(repo, base, "same").commit[:7] for base in (first, second)]
    with pytest.raises(ExpError, match="ambiguous") as caught:
        find_experiment(repo, "same")
    assert all(place in caught.value.message for place in places)


def test_an_unknown_name_names_the_near_ones(work: Path) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "brave-otter")
    with pytest.raises(ExpError) as caught:
        find_experiment(repo, "brave-oter")
    assert caught.value.hint == "did you mean `brave-otter`?"


def test_without_any_experiment_the_hint_says_how_to_make_one(work: Path) -> None:
    repo, _ = make_history(work)
    with pytest.raises(ExpError) as caught:
        find_experiment(repo, "x")
    assert "exp run" in str(caught.value.hint)


def test_a_branch_is_meant_before_an_experiment_of_its_name(work: Path) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "feature")
    tip = add_commit(work, [first], "on a branch", "refs/heads/feature")
    assert resolve_rev(repo, "feature").commit == tip
    assert resolve_rev(repo, "feature").experiment is None


def test_a_revision_that_is_an_experiments_tip_knows_it(work: Path) -> None:
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "one")
    for word in ("one", one.commit[:8], one.ref):
        assert resolve_rev(repo, word).experiment == one
    assert resolve_rev(repo, "HEAD").commit == first


def test_a_word_like_an_option_is_only_a_name(work: Path) -> None:
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "--all")
    assert resolve_rev(repo, "--all").experiment == one
