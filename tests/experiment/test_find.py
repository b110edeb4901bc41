"""What a word means: ref, name, commit; on HEAD's baseline first."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pygit2
import pytest

from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import (
    experiment_at,
    experiment_called,
    find_among,
    find_experiment,
    list_experiments,
    names_on,
    resolve_commit,
    resolve_rev,
)
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


def pack(work: Path) -> None:
    subprocess.run(["git", "pack-refs", "--all"], cwd=work, check=True)


@pytest.mark.parametrize("packed", [False, True])
def test_looking_one_up_finds_what_a_list_of_all_would(work: Path, packed: bool) -> None:
    repo, (first, second) = make_history(work, 2)
    made = [
        add_experiment(repo, base, name) for base in (first, second) for name in ("a", "b.c", f"x{base[:3]}")
    ]
    foreign = Experiment("theirs", add_commit(work, [second], "not our message"), second)
    pygit2.Repository(str(work)).references.create(foreign.ref, foreign.commit)
    if packed:
        pack(work)
        made.append(add_experiment(repo, second, "loose"))
    known = list_experiments(repo)
    words = [word for one in [*made, foreign] for word in (one.name, one.ref, one.commit, one.commit[:9])]
    for word in words:
        assert experiment_called(repo, word) == find_among(repo, known, word), word
    assert experiment_at(repo, foreign.commit) == foreign
    assert experiment_at(repo, second) is None


def test_a_commit_that_is_no_child_of_its_baseline_is_found(work: Path) -> None:
    """DVC's checkpoint experiments have commits in between."""
    repo, (first,) = make_history(work)
    tip = add_commit(work, [add_commit(work, [first], "checkpoint")], "tip")
    one = Experiment("long", tip, first)
    pygit2.Repository(str(work)).references.create(one.ref, tip)
    assert experiment_at(repo, tip) == one


@pytest.mark.parametrize(
    "word", ["", ".", "..", "a/b", "x\0y", "x\ny", "n" * 300, "refs/exps/../x", "*", "a["]
)
def test_a_word_that_can_be_no_name_is_unknown(work: Path, word: str) -> None:
    repo, (first,) = make_history(work)
    add_experiment(repo, first, "one")
    assert experiment_called(repo, word) is None
    with pytest.raises(ExpError, match="neither an experiment nor"):
        resolve_commit(repo, word)


def test_no_ref_is_opened_but_that_of_the_name(work: Path) -> None:
    """However many there are: each of these files would fail to be read."""
    repo, (first,) = make_history(work)
    one = add_experiment(repo, first, "one")
    folder = repo.common_dir / Path(one.ref).parent
    for number in range(50):
        os.mkfifo(folder / f"n{number}")  # to open one is to wait for ever
    assert find_experiment(repo, "one") == one
    assert resolve_rev(repo, one.commit).experiment == one
    assert resolve_rev(repo, one.ref).experiment == one
