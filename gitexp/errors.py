"""The one error a user sees, and the exit codes of every command."""

from __future__ import annotations

from enum import IntEnum

_MANY = 500  # names; among more only those one change away are near
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_.="


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    BUG = 3
    INTERRUPTED = 130


class ExpError(Exception):
    """Something the user can act on: printed once as `error: message` and `hint: hint`.

    `message` says what is wrong, in one line or a few; `hint` says what to type or change.
    """

    def __init__(self, message: str, hint: str | None = None, exit_code: Exit = Exit.FAILED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


def near(word: str, known: list[str], limit: int = 3) -> list[str]:
    """The names in `known` closest to `word`, best first: for 'did you mean' hints."""
    if len(known) > _MANY:
        known = _one_change_away(word, known)
    from_same_start = [name for name in known if name.lower() == word.lower()]
    ranked = sorted(known, key=lambda name: (_distance(word.lower(), name.lower()), name))
    # A word of one or two letters is within two changes of every other: nothing is near it by accident.
    limit_of_changes = min(max(2, len(word) // 3), max(0, len(word) - 1))
    close = [name for name in ranked if _distance(word.lower(), name.lower()) <= limit_of_changes]
    return list(dict.fromkeys([*from_same_start, *close]))[:limit]


def _one_change_away(word: str, known: list[str]) -> list[str]:
    """What is at most one change from the word, looked up: to compare each of 100,000 names takes seconds."""
    by_lower: dict[str, list[str]] = {}
    for name in known:
        by_lower.setdefault(name.lower(), []).append(name)
    typed = word.lower()
    ends = [(typed[:at], typed[at:]) for at in range(len(typed) + 1)]
    less = [start + end[1:] for start, end in ends]
    swapped = [start + end[1::-1] + end[2:] for start, end in ends]
    more = [start + letter + end for start, end in ends for letter in _LETTERS]
    other = [start + letter + end[1:] for start, end in ends for letter in _LETTERS]
    near_by = dict.fromkeys([typed, *less, *swapped, *more, *other])
    return [name for tried in near_by for name in by_lower.get(tried, ())]


def _distance(left: str, right: str) -> int:
    """Levenshtein distance; difflib costs 5 ms to import and ranks short keys badly."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
