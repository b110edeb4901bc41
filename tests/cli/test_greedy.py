"""An option that takes all the words after it."""

from __future__ import annotations

import pytest

from gitexp.cli.greedy import spread


@pytest.mark.parametrize(
    ("args", "spelled"),
    [
        ("a --targets x y", "a --targets x --targets y"),
        ("--targets x y --all b", "--targets x --targets y --all b"),
        ("--targets x --targets y", "--targets x --targets y"),
        ("--targets --json", "--json"),
        ("--targets x -- y", "--targets x -- y"),
        ("a b -o x", "a b -o x"),
        ("--targets - x", "--targets - --targets x"),
    ],
)
def test_each_word_gets_the_option(args: str, spelled: str) -> None:
    assert list(spread(args.split(), "--targets")) == spelled.split()
