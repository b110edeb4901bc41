"""Names that are near to what was typed."""

from __future__ import annotations

import pytest

from gitexp.errors import near

MANY = [f"exp-{number:05}" for number in range(5000)] + ["Brave-Otter", "wide"]


def test_among_a_few_the_nearest_come_first() -> None:
    assert near("otter", ["otters", "outer", "butter", "lamb"]) == ["otters", "outer", "butter"]
    assert near("lr", ["x", "lrs"]) == ["lrs"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("exp-0123", ["exp-00123", "exp-01023", "exp-01123"]),  # a letter less
        ("exp-001234", ["exp-00123", "exp-00124", "exp-00134"]),  # one more
        ("brave-ottre", ["Brave-Otter"]),  # two swapped, and in another case
        ("wode", ["wide"]),  # another one
        ("something", []),
        ("", []),
    ],
)
def test_among_many_what_is_one_change_away(typed: str, meant: list[str]) -> None:
    assert near(typed, MANY) == meant
