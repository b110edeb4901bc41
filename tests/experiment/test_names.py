"""Names: what Git and DVC accept, and the made-up ones."""

from __future__ import annotations

import random
import re
import subprocess

import pytest

from gitexp.errors import ExpError
from gitexp.experiment.names import check_name, random_name, sweep_names
from gitexp.experiment.words import ADJECTIVES, NOUNS

GOOD = ["e1", "-x", "é", "HEAD", "x" * 120, "a.b", "wide_net-2", "日本"]
BAD = [
    "",
    "a b",
    "a/b",
    "a..b",
    "a~b",
    ".hid",
    "a.lock",
    "a:b",
    "a^",
    "a?",
    "a*",
    "a[",
    "a\\b",
    "@",
    "a@{1}",
    "a.",
]


@pytest.mark.parametrize("name", GOOD)
def test_a_good_name_is_accepted(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("name", [*BAD, "tab\tinside", "x" * 300])
def test_a_bad_name_is_refused_with_its_fault(name: str) -> None:
    with pytest.raises(ExpError, match="can't be the name of an experiment") as caught:
        check_name(name)
    assert caught.value.hint is not None


@pytest.mark.parametrize("name", [n for n in GOOD + BAD if n and "/" not in n and n != "@"])
def test_git_agrees_about_every_name(name: str) -> None:
    code = subprocess.run(["git", "check-ref-format", f"refs/exps/aa/bb/{name}"], check=False).returncode
    try:
        check_name(name)
    except ExpError:
        assert code != 0
    else:
        assert code == 0


def test_there_are_enough_words_and_none_twice() -> None:
    for words in (ADJECTIVES, NOUNS):
        assert len(words) >= 100
        assert len(set(words)) == len(words)
        assert all(re.fullmatch("[a-z]+", word) for word in words)


def test_a_made_up_name_is_two_words() -> None:
    assert re.fullmatch(r"[a-z]+-[a-z]+", random_name(()))


def test_a_made_up_name_is_never_one_that_is_taken() -> None:
    first = random_name((), random.Random(1))
    assert random_name({first}, random.Random(1)) != first


def test_when_all_pairs_are_taken_a_number_is_added() -> None:
    taken = {f"{a}-{n}" for a in ADJECTIVES for n in NOUNS}
    name = random_name(taken, random.Random(1))
    assert re.fullmatch(r"[a-z]+-[a-z]+-2", name)
    assert re.fullmatch(r"[a-z]+-[a-z]+-3", random_name({*taken, name}, random.Random(1)))


def test_a_made_up_name_does_not_follow_the_seed_of_the_program() -> None:
    random.seed(0)
    names = [random_name(()) for _ in range(4)]
    random.seed(0)
    assert names != [random_name(()) for _ in range(4)]


def test_sweep_names_are_numbered_from_one() -> None:
    assert sweep_names("grid", 3) == ("grid-1", "grid-2", "grid-3")
