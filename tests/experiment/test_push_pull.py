"""Push and pull of experiments: all or nothing, nothing replaced unasked, and what was comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.baselines import Baselines
from gitexp.experiment.change.change_there import remove_there, rename_there
from gitexp.experiment.change.undo import take_back
from gitexp.experiment.choose import Choice, choose_here
from gitexp.experiment.share.pull import pull_experiments
from gitexp.experiment.share.push import push_experiments
from gitexp.experiment.share.shared import Shared
from gitexp.git import transport
from gitexp.git.command import run_git
from tests.experiment.clones import Clone, clone_hub, make_hub
from tests.programs import git

ALL = Choice(baselines=Baselines(everywhere=True))


@pytest.fixture
def ann(work: Path) -> Clone:
    return make_hub(work)


@pytest.fixture
def bob(ann: Clone, work: Path) -> Clone:
    return clone_hub(work, "bob")


def push(clone: Clone, *names: str, force: bool = False, prune: bool = False) -> Shared:
    chosen = choose_here(clone.project, Choice(names) if names else ALL)
    return push_experiments(clone.project.repo, "origin", chosen, force, prune)


def pull(clone: Clone, *names: str, force: bool = False, prune: bool = False) -> Shared:
    return pull_experiments(clone.project, "origin", Choice(names) if names else ALL, force, prune)


def test_what_one_pushed_the_other_pulls(ann: Clone, bob: Clone) -> None:
    one, two = ann.add("one"), ann.add("two")
    assert push(ann).moved == (one, two)
    assert push(ann) == Shared(unchanged=(one, two))
    assert pull(bob, "two").moved == (two,)
    assert pull(bob) == Shared(moved=(one,), unchanged=(two,))
    assert bob.names() == ["one", "two"]


def test_only_the_named_are_pushed(ann: Clone) -> None:
    ann.add("one"), ann.add("two")
    push(ann, "two")
    assert list(ann.there()) == ["two"]


def test_a_different_experiment_of_the_same_name_is_never_replaced(ann: Clone, bob: Clone) -> None:
    theirs, mine, other = bob.add("one"), ann.add("one"), ann.add("two")
    push(bob)
    shared = push(ann)
    assert (shared.moved, shared.diverged, shared.refused) == ((other,), (mine,), ())
    assert ann.there() == {"one": theirs.commit, "two": other.commit}
    assert pull(ann).diverged == (theirs,)
    assert choose_here(ann.project, ALL) == [mine, other]


def test_a_forced_push_can_be_taken_back_though_we_never_had_what_it_replaced(ann: Clone, bob: Clone) -> None:
    theirs = bob.add("one")
    push(bob)
    mine = ann.add("one")
    assert push(ann, force=True).moved == (mine,)
    assert ann.there() == {"one": mine.commit}
    git(ann.path, "gc", "--quiet", "--prune=now")
    assert take_back(ann.project).what == "push -f origin one"
    assert ann.there() == {"one": theirs.commit}


def test_a_forced_push_is_not_taken_back_over_somebody_elses(ann: Clone, bob: Clone, work: Path) -> None:
    eve = clone_hub(work, "eve")
    for clone in (bob, ann, eve):
        clone.add("one")
        push(clone, force=True)
    with pytest.raises(ExpError, match="has changed again"):
        take_back(ann.project)


def test_a_forced_pull_can_be_taken_back(ann: Clone, bob: Clone) -> None:
    theirs, mine = bob.add("one"), ann.add("one")
    push(bob)
    assert pull(ann, force=True) == Shared(moved=(theirs,))
    assert choose_here(ann.project, ALL) == [theirs]
    take_back(ann.project)
    assert choose_here(ann.project, ALL) == [mine]


def test_prune_makes_the_remote_forget_what_is_gone_here(ann: Clone) -> None:
    one, two = ann.add("one"), ann.add("two")
    push(ann)
    git(ann.path, "update-ref", "-d", one.ref)
    shared = push(ann, prune=True)
    assert (shared.unchanged, shared.removed) == ((two,), (one,))
    assert list(ann.there()) == ["two"]
    take_back(ann.project)
    assert list(ann.there()) == ["one", "two"]


def test_prune_of_a_pull_forgets_what_is_gone_there_and_can_be_taken_back(ann: Clone) -> None:
    one = ann.add("one")
    push(ann)
    two = ann.add("two")
    shared = pull(ann, prune=True)
    assert (shared.unchanged, shared.removed) == ((one,), (two,))
    take_back(ann.project)
    assert ann.names() == ["one", "two"]


def test_experiments_are_removed_and_renamed_there(ann: Clone) -> None:
    one, two = ann.add("one"), ann.add("two")
    push(ann)
    assert rename_there(ann.project, "origin", "one", "three").name == "three"
    assert remove_there(ann.project, "origin", Choice(("two",))) == [two]
    assert ann.there() == {"three": one.commit}
    assert ann.names() == ["one", "two"]
    take_back(ann.project)
    take_back(ann.project)
    assert ann.there() == {"one": one.commit, "two": two.commit}


def test_a_rename_there_over_another_has_to_be_forced(ann: Clone) -> None:
    ann.add("one"), ann.add("two")
    push(ann)
    with pytest.raises(ExpError, match="already"):
        rename_there(ann.project, "origin", "one", "two")
    rename_there(ann.project, "origin", "one", "two", force=True)
    assert list(ann.there()) == ["two"]


def test_all_but_the_named_are_removed_there(ann: Clone) -> None:
    ann.add("one"), ann.add("two")
    push(ann)
    remove_there(ann.project, "origin", Choice(("one",)), keep=True)
    assert list(ann.there()) == ["one"]


def test_a_name_that_the_remote_does_not_have_names_the_near_one(ann: Clone) -> None:
    ann.add("one")
    push(ann)
    with pytest.raises(ExpError, match="has no experiment 'onee'") as caught:
        pull(ann, "onee")
    assert "did you mean `one`?" in str(caught.value.hint)


def test_a_baseline_the_remote_does_not_have_goes_along(ann: Clone, bob: Clone) -> None:
    git(ann.path, "commit", "-q", "--allow-empty", "-m", "not pushed")
    one = ann.add("one")
    push(ann)
    assert pull(bob).moved == (one,)
    assert git(bob.path, "log", "-1", "--format=%s", one.baseline) == "not pushed"


def test_a_refused_push_says_why(ann: Clone, work: Path) -> None:
    hook = work / "hub.git/hooks/update"
    hook.write_text("#!/bin/sh\ncase $1 in *two) echo no two; exit 1;; esac\n")
    hook.chmod(0o755)
    one, two = ann.add("one"), ann.add("two")
    shared = push(ann)
    assert (shared.moved, shared.refused) == ((one,), ((two, "hook declined"),))


def test_a_server_without_atomic_pushes_gets_them_one_by_one(ann: Clone, work: Path) -> None:
    run_git(work / "hub.git", "config", "receive.advertiseAtomic", "false")
    ann.add("one"), ann.add("two")
    assert len(push(ann).moved) == 2


@pytest.mark.parametrize("options", [["--depth=1"], ["--filter=blob:none"], ["--single-branch"]])
def test_shallow_and_partial_clones_push_and_pull(options: list[str], ann: Clone, work: Path) -> None:
    for number in range(3):
        git(ann.path, "commit", "-q", "--allow-empty", "-m", f"commit {number}")
    git(ann.path, "push", "-q", "origin", "main")
    git(work / "hub.git", "config", "uploadpack.allowFilter", "true")
    one = ann.add("one")
    push(ann)
    small = clone_hub(work, "small", *options)
    assert pull(small).moved == (one,)
    two = small.add("two")
    assert push(small).moved == (two,)
    assert pull(ann).moved == (two,)
    if "--depth=1" in options:
        assert git(small.path, "rev-list", "--count", "HEAD") == "1"


def test_other_refs_of_dvc_on_the_remote_do_no_harm(ann: Clone, bob: Clone) -> None:
    one = ann.add("one")
    for ref in ("refs/exps/exec/EXEC_HEAD", "refs/exps/stash", "refs/exps/celery/stash"):
        git(ann.path, "push", "-q", "origin", f"{one.commit}:{ref}")
    push(ann)
    assert pull(bob).moved == (one,)
    assert git(bob.path, "for-each-ref", "--format=%(refname)", "refs/exps") == one.ref


def test_hundreds_are_pushed_and_pulled_around_one_that_differs(ann: Clone, bob: Clone) -> None:
    names = [ann.add(f"exp-{number}").name for number in range(120)]
    theirs = bob.add("exp-7")
    push(bob)
    shared = push(ann)
    assert (len(shared.moved), [one.name for one in shared.diverged]) == (119, ["exp-7"])
    pulled = pull(bob)
    assert (len(pulled.moved), len(pulled.unchanged)) == (119, 1)
    assert sorted(bob.names()) == sorted(names)
    assert bob.there()["exp-7"] == theirs.commit


def test_long_command_lines_become_several(ann: Clone, bob: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_LONGEST_COMMAND", 1000)
    names = [ann.add(f"exp-{number}").name for number in range(12)]
    assert len(push(ann, *names[:10]).moved) == 10
    assert len(pull(bob, *names[:9]).moved) == 9
