"""Why a stage is not up to date, in words: what changed, and from what to what, no longer than need be."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.build.plan import Cause, Reason
from gitexp.pipeline.params import flatten
from gitexp.pipeline.stage import Value
from gitexp.screen.cells import one_line

SHORT_HASH = 7
_MOST = 2  # reasons told in a running log; all of them where somebody asked why


def reasons_words(reasons: Sequence[Reason], all_of_them: bool = False) -> str:
    """The reasons in one line; in short form what explains most comes first, commands not spelled out.

    A changed command is mostly a changed param that stands in it, so the param is told first.
    """
    if all_of_them:
        return ", ".join(one_line(reason_words(reason)) for reason in reasons)
    ranked = sorted(reasons, key=lambda reason: reason.cause is Cause.COMMAND)
    words = [one_line(reason_words(reason, brief=True)) for reason in ranked[:_MOST]]
    rest = len(ranked) - len(words)
    return ", ".join(words) + (f", {rest} more" if rest else "")


def reason_words(reason: Reason, brief: bool = False) -> str:
    """'modified param params.yaml:train.lr: 0.1 -> 0.2'; of a mapping only the leaves that differ."""
    words = reason.cause.value if reason.subject is None else f"{reason.cause.value} {reason.subject}"
    if reason.old is None and reason.new is None or (brief and reason.cause is Cause.COMMAND):
        return words
    if isinstance(reason.old, dict) and isinstance(reason.new, dict):
        return f"{words}{_leaves(reason.old, reason.new)}"
    return f"{words}: {short(reason.old)} -> {short(reason.new)}"


def _leaves(old: dict[str, Value], new: dict[str, Value]) -> str:
    """'.lr: 0.1 -> 0.2 .epochs: 3 -> 4': what differs below a param that is a mapping."""
    before, after = flatten(old), flatten(new)
    changed = [key for key in {**after, **before} if before.get(key) != after.get(key)]
    return " ".join(f".{key}: {short(before.get(key))} -> {short(after.get(key))}" for key in changed)


def short(value: Value) -> str:
    """A value for one line; hashes by their first digits, as Git shows them."""
    if value is None:
        return "none"
    text = one_line(str(value))
    return text[:SHORT_HASH] if is_hash(text) else text


def is_hash(text: str) -> bool:
    """Whether this is how DVC writes the content of a file or directory."""
    digits = text.removesuffix(".dir")
    return len(digits) == 32 and all(c in "0123456789abcdef" for c in digits)
