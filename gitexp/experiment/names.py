"""What experiments may be called, and what those without a name are called."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

from gitexp.content import encoded
from gitexp.errors import ExpError
from gitexp.experiment.words import ADJECTIVES, NOUNS

# A ref is also a file: with ".lock" behind it the name must fit into 255 bytes.
_LONGEST = 200

_FORBIDDEN = {
    " ": "a space",
    "~": "'~'",
    "^": "'^'",
    ":": "':'",
    "?": "'?'",
    "*": "'*'",
    "[": "'['",
    "\\": "'\\'",
    "/": "'/'",
}


def check_name(name: str) -> None:
    """Raise an ExpError that says what is wrong unless `name` can be the last part of a ref.

    These are the rules of `git check-ref-format`, and no '/': DVC takes a ref with more parts for broken
    and then refuses to list any experiment (formats.md 8.1).
    """
    fault = _fault(name)
    if fault is not None:
        raise ExpError(
            f"'{name}' can't be the name of an experiment: {fault}.",
            "use letters, digits, '-', '_' and '.', as in `-n wide-net.2`.",
        )


def check_branch_name(name: str) -> None:
    """Raise an ExpError that says what is wrong unless Git would make a branch of this name."""
    fault = "Git reads it as something else" if name.startswith("-") or name == "HEAD" else None
    fault = fault or next((found for found in map(_fault, name.split("/")) if found), None)
    if fault is not None:
        raise ExpError(f"'{name}' can't be the name of a branch: {fault}.")


def _fault(name: str) -> str | None:
    if not name:
        return "it is empty"
    for character, shown in _FORBIDDEN.items():
        if character in name:
            return f"Git does not allow {shown} in it" if character != "/" else "it has a '/'"
    if any(ord(c) < 32 or ord(c) == 127 for c in name):
        return "it has a control character"
    if ".." in name or "@{" in name:
        return "Git gives '..' and '@{' a meaning of their own"
    if name.startswith(".") or name.endswith("."):
        return "it begins or ends with a dot"
    if name.endswith(".lock"):
        return "it ends in '.lock'"
    if name == "@":
        return "Git reads '@' as HEAD"
    if len(encoded(name)) > _LONGEST:
        return f"it is longer than {_LONGEST} bytes"
    return None


def random_name(taken: Collection[str], rng: random.Random | None = None) -> str:
    """A made-up name, `adjective-noun`, that is not in `taken`.

    The default source of chance is the system's, so that a seed set by the user's code or by a test of
    theirs never makes two runs choose the same names.
    """
    chance = rng or random.SystemRandom()
    for _ in range(100):
        name = f"{chance.choice(ADJECTIVES)}-{chance.choice(NOUNS)}"
        if name not in taken:
            return name
    return _numbered(name, taken)


def _numbered(name: str, taken: Collection[str]) -> str:
    """For the one whose pairs are nearly used up: the last one tried, with the first free number."""
    return next(candidate for candidate in _candidates(name) if candidate not in taken)


def _candidates(name: str) -> Iterator[str]:
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def sweep_names(name: str, count: int) -> tuple[str, ...]:
    """The names of a sweep: NAME-1 … NAME-count."""
    return tuple(f"{name}-{number}" for number in range(1, count + 1))
