"""`exp schema` in words: the fields of each command's JSON, indented as they are nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, TypedDict, Union, get_args, get_origin, is_typeddict

from gitexp.content import Value
from gitexp.errors import Exit
from gitexp.screen.answer import SCHEMA, Answer
from gitexp.screen.json_schema import answer_schema, fields_of, meaning_of
from gitexp.screen.text_table import align

_WORDS = {str: "text", int: "integer", float: "number", bool: "true or false", type(None): "null"}
_CODES = {
    Exit.DONE: "done",
    Exit.FAILED: "failed: a run failed, something was not found, refused or missing",
    Exit.USAGE: "the command line is wrong",
    Exit.BUG: "a bug in gitexp",
    Exit.INTERRUPTED: "interrupted",
}


class CommandSchema(TypedDict):
    """The JSON of one command."""

    form: Literal["object", "stream", "dvc"]
    like: str | None  # the DVC command whose layout it is
    json_schema: Value


class SchemaAnswer(TypedDict):
    """The JSON of commands, by their names, and what exit codes mean."""

    version: str
    exit_codes: dict[str, str]
    commands: dict[str, CommandSchema]


def schema_data(version: str, answers: Mapping[str, Answer]) -> SchemaAnswer:
    """Everything `exp schema --json` says."""
    return {
        "version": version,
        "exit_codes": {str(int(code)): words for code, words in _CODES.items()},
        "commands": {name: _command_data(answer) for name, answer in answers.items()},
    }


def _command_data(answer: Answer) -> CommandSchema:
    return {
        "form": "stream" if answer.is_stream else "dvc" if answer.theirs else "object",
        "like": answer.like,
        "json_schema": answer_schema(answer),
    }


def overview_lines(answers: Mapping[str, Answer]) -> list[str]:
    """A line a command, then the exit codes."""
    rows = [(f"exp {name} --json", _form(answer)) for name, answer in answers.items()]
    codes = [(f"  {int(code)}", words) for code, words in _CODES.items()]
    return [
        f"JSON schema {SCHEMA}. `exp schema COMMAND` has the fields, with --json as JSON Schema.",
        "",
        *align(rows),
        "",
        "Exit codes:",
        *align(codes),
    ]


def command_lines(name: str, answer: Answer) -> Iterator[str]:
    """The fields of one command's JSON."""
    yield f"exp {name} --json: {_form(answer)}"
    for kind in answer.kinds:
        yield ""
        yield from _titled(kind)
        yield from _fields(kind, "  ", ())
    for kind in answer.theirs:
        yield ""
        yield f"In the layout of `dvc {answer.like} --json`: {_said(kind)}"
        yield from _inside(kind, "  ", ())


def _form(answer: Answer) -> str:
    if answer.is_stream:
        return "one object a line, `event` says which"
    ours = f"one object{' of several kinds' if len(answer.kinds) > 1 else ''}"
    if not answer.theirs:
        return ours
    return f"as `dvc {answer.like} --json`" + (f"; with some options {ours}" if answer.kinds else "")


def _titled(kind: Any) -> Iterator[str]:
    told = meaning_of(kind)
    fields = fields_of(kind)
    event = get_args(fields["event"][0])[0] if "event" in fields else None
    yield f'"event": "{event}"{f": {told}" if told else ""}' if event else told or kind.__name__


def _fields(kind: Any, indent: str, above: Sequence[Any]) -> Iterator[str]:
    for name, (hint, meaning, always) in fields_of(kind).items():
        if name != "event":
            told = f": {meaning}" if meaning else ""
            yield f"{indent}{name}  {_said(hint)}{'' if always else ', if there'}{told}"
            yield from _inside(hint, indent + "  ", (*above, kind))


def _inside(hint: Any, indent: str, above: Sequence[Any]) -> Iterator[str]:
    """The fields of objects that a type holds, unless they hold themselves."""
    if is_typeddict(hint):
        if hint not in above:
            yield from _fields(hint, indent, above)
        return
    for inner in get_args(hint):
        if get_origin(hint) is not Literal:
            yield from _inside(inner, indent, above)


def _said(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if hint in _WORDS:
        return _WORDS[hint]
    if hint is Any or hint is object:
        return "any"
    if origin is Literal:
        return " | ".join(f'"{word}"' for word in inner)
    if origin in (Union, UnionType):
        return " or ".join(_said(each) for each in inner)
    if origin in (list, tuple):
        return f"list of {_said(inner[0])}"
    if origin in (dict, Mapping):
        return f"by name: {_said(inner[1])}"
    return "object"
