"""`meta.gitexp` of a stage: what it may say, and what is refused."""

from __future__ import annotations

import pytest

from gitexp.build.needs import Needs, needs_of
from gitexp.errors import ExpError
from gitexp.pipeline.stage import Stage, Value


def stage(meta: Value) -> Stage:
    return Stage(name="s", file="dvc.yaml", cmd="x", meta=meta)


@pytest.mark.parametrize("meta", [None, "text", {}, {"other": 1}, {"gitexp": None}])
def test_a_stage_needs_nothing_special_unless_it_says_so(meta: Value) -> None:
    assert needs_of(stage(meta)) == Needs()


def test_all_of_it_can_be_said() -> None:
    meta = {"gitexp": {"mutex": ["gpu", "db"], "slots": 4, "timeout": "90s"}}
    assert needs_of(stage(meta)) == Needs(frozenset({"gpu", "db"}), 4, 90.0)
    assert needs_of(stage({"gitexp": {"mutex": "gpu"}})).mutexes == {"gpu"}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("gpu", "must be a mapping"),
        ({"mutx": "a"}, "unknown key 'mutx'"),
        ({"mutex": 3}, "must be a name"),
        ({"mutex": [3]}, "must be a name"),
        ({"slots": 0}, "at least 1"),
        ({"slots": True}, "at least 1"),
        ({"slots": "2"}, "at least 1"),
        ({"timeout": "later"}, "'later' is no span of time"),
        ({"timeout": 0}, "more than nothing"),
    ],
)
def test_what_makes_no_sense_names_the_stage(section: Value, message: str) -> None:
    with pytest.raises(ExpError, match="stage 's'") as caught:
        needs_of(stage({"gitexp": section}))
    assert message in caught.value.message


def test_a_key_that_is_nearly_right_is_guessed() -> None:
    with pytest.raises(ExpError) as caught:
        needs_of(stage({"gitexp": {"timout": "1s"}}))
    assert caught.value.hint == "did you mean timeout?"
