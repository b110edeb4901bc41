"""Why a stage runs, in words: what explains most first, of a mapping only what differs."""

from __future__ import annotations

from gitexp.build.plan import Cause, Reason
from gitexp.screen.reasons import reason_words, reasons_words

COMMAND = Reason(Cause.COMMAND, old="python a.py 1", new="python a.py 2")
PARAM = Reason(
    Cause.PARAM_MODIFIED, "params.yaml:train", {"lr": 1, "opt": {"b": 2}}, {"lr": 1, "opt": {"b": 3}}
)
DEP = Reason(Cause.DEP_MODIFIED, "data", "a" * 32, "b" * 32 + ".dir")


def test_of_a_mapping_only_the_leaves_that_differ_are_told() -> None:
    assert reason_words(PARAM) == "modified param params.yaml:train.opt.b: 2 -> 3"


def test_leaves_that_came_and_went_are_told() -> None:
    reason = Reason(Cause.PARAM_MODIFIED, "params.yaml:m", {"old": 1}, {"new": 2})
    assert reason_words(reason) == "modified param params.yaml:m.new: none -> 2 .old: 1 -> none"


def test_hashes_are_short() -> None:
    assert reason_words(DEP) == "modified dep data: aaaaaaa -> bbbbbbb"


def test_a_running_log_tells_two_reasons_and_no_whole_command() -> None:
    words = reasons_words([COMMAND, PARAM, DEP])
    assert (
        words
        == "modified param params.yaml:train.opt.b: 2 -> 3, modified dep data: aaaaaaa -> bbbbbbb, 1 more"
    )
    assert reasons_words([COMMAND]) == "changed command"


def test_whoever_asks_is_told_all() -> None:
    assert reasons_words([COMMAND], all_of_them=True) == "changed command: python a.py 1 -> python a.py 2"


def test_no_reason_is_no_word() -> None:
    assert reasons_words([]) == ""
