"""The contract of `--json`: what every command prints under it, how it is versioned, how errors are told.

Every command takes `--json`, and its module says beside `command` what comes then:

    ANSWER = one(RenameAnswer)              one object, the answer, on one line
    ANSWER = lines(StageStarted, Result)    a stream: one object a line as things happen, `event` says which
    ANSWER = as_dvc("exp show", ShowList)   DVC's layout, equal to `dvc exp show --json`

The objects are TypedDicts that stand beside the function which fills them, in the screen module of the
command: mypy holds the two together, `exp schema` prints them as JSON Schema, and tests/test_json.py runs
every command of the table and validates what it prints. A new command needs a TypedDict for its answer,
`ANSWER`, a `json` option, and a line in the table of that test; `Annotated[float, "seconds"]` explains a
field, a docstring the object.

What holds for all of them:

- stdout has JSON and nothing else, one value a line, `"schema": 1` first in each object. What has DVC's
  layout has no `schema`: DVC's own tools read it. Talk goes to stderr as without `--json`.
- SCHEMA grows when a field is renamed, removed or changes its meaning. New fields and events may come at any
  time: readers pass over what they do not know.
- Every field is there, null when there is nothing to say, unless its TypedDict is `total=False`.
- A command that fails before it has an answer prints a `Failed` object instead, as the last line of a stream.
  An answer that says itself what went wrong (`missing`, `refused`) comes with exit code 1 and no such object.
- Any parser reads it: a number that is none is the text "NaN", "Infinity" or "-Infinity" (Python's `float()`,
  JavaScript's `Number()` and pandas take them back). In DVC's layout they are the bare words that DVC writes,
  so that the two stay equal; those are no JSON, though Python, jq and most of DVC's readers take them.
- Times are seconds, moments seconds since the epoch, sizes bytes, paths relative to the DVC root, revisions
  whole commit ids. Text may hold what no encoding can write (lone surrogates): it is escaped.
- Lists are bounded where nobody asked for all: a `left_out` field, or a `left_out` event, says how many more.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal, TypedDict

from gitexp.errors import Exit, ExpError
from gitexp.screen.json_text import to_json, to_json_as_dvc

SCHEMA = 1


class Answer:
    """What a command prints under --json: `kinds` of ours, `theirs` in the layout of the DVC command `like`.

    A plain class: every command has one, and a dataclass costs more to make than all the rest of this module.
    """

    __slots__ = ("is_stream", "kinds", "like", "theirs")

    def __init__(
        self,
        kinds: tuple[object, ...],
        is_stream: bool = False,
        theirs: tuple[object, ...] = (),
        like: str | None = None,
    ) -> None:
        self.kinds = kinds
        self.is_stream = is_stream
        self.theirs = theirs
        self.like = like


def one(*kinds: object) -> Answer:
    """One object; of several kinds, one of them: options decide which."""
    return Answer(kinds)


def lines(*kinds: object) -> Answer:
    """A stream of objects, each of one of these kinds."""
    return Answer(kinds, is_stream=True)


def as_dvc(like: str, *theirs: object, ours: tuple[object, ...] = ()) -> Answer:
    """The JSON of `dvc LIKE --json`; with some options an object of ours instead."""
    return Answer(ours, theirs=theirs, like=like)


class Failed(TypedDict):
    """In place of an answer: why there is none."""

    event: Literal["error"]
    error: Annotated[str, "what is wrong"]
    hint: Annotated[str | None, "what to type or change"]
    code: Annotated[int, "the exit code: 1 failed, 2 usage, 3 a bug, 130 interrupted"]


class LeftOut(TypedDict):
    """In a stream that was cut short: how much more there is."""

    event: Literal["left_out"]
    count: int
    hint: Annotated[str, "how to have all of it"]


class _State:
    """What this process was asked for, and whether it has answered: `main` needs both for errors."""

    asked = False
    answered = False


@contextmanager
def fresh_answer() -> Iterator[None]:
    """For one command line: nothing asked, nothing answered. A command that runs others has its own again."""
    before = _State.asked, _State.answered
    _State.asked = _State.answered = False
    try:
        yield
    finally:
        _State.asked, _State.answered = before


def ask_for_json(asked: bool) -> None:
    """Called by the command line where a command has `--json`."""
    _State.asked = asked


def answer_text(data: Mapping[str, object]) -> str:
    """An object of ours on one line, `schema` first."""
    return to_json({"schema": SCHEMA, **data})


def write_answer(data: Mapping[str, object]) -> None:
    """The one answer, an object of ours."""
    sys.stdout.write(answer_text(data) + "\n")
    _State.answered = True


def write_as_dvc(data: object) -> None:
    """The one answer, in DVC's layout."""
    sys.stdout.write(to_json_as_dvc(data) + "\n")
    _State.answered = True


def write_pieces(pieces: Iterable[str]) -> None:
    """The one answer, in DVC's layout, as pieces of its text."""
    sys.stdout.writelines(pieces)
    sys.stdout.write("\n")
    _State.answered = True


def write_line(data: Mapping[str, object]) -> None:
    """One object of a stream, at once."""
    sys.stdout.write(answer_text(data) + "\n")
    sys.stdout.flush()


def write_failed(error: ExpError) -> None:
    """The error as JSON on stdout, if JSON was asked for and no answer was given."""
    if _State.asked and not _State.answered:
        write_line(failed_data(error.message, error.hint, error.exit_code))


def failed_data(message: str, hint: str | None, code: Exit) -> Failed:
    return {"event": "error", "error": message, "hint": hint, "code": int(code)}
