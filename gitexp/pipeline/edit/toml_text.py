"""TOML edited in place with tomlkit, which keeps comments, order and spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gitexp import deferred
from gitexp.errors import ExpError
from gitexp.pipeline.edit.edits import Edit, EditKind, edit_in
from gitexp.pipeline.edit.spots import newline_of
from gitexp.pipeline.stage import Value


def edit_toml(text: str, edits: Sequence[Edit]) -> str:
    """`text` with `edits` done. Raises ExpError for null, which TOML has no word for."""
    document: Any = deferred.module("tomlkit").parse(text)
    for edit in edits:
        _refuse_null(edit.value, edit)
        if not edit.keys:
            document.clear()
            document.update(edit.value)
            continue
        edit_in(document, edit)
    edited: str = document.as_string()
    return _with_newlines(edited, newline_of(text))


def _with_newlines(text: str, newline: str) -> str:
    """What tomlkit adds ends in \\n, whatever the rest of the file does."""
    return text if newline == "\n" else text.replace("\r\n", "\n").replace("\n", newline)


def _refuse_null(value: Value, edit: Edit) -> None:
    if edit.kind is not EditKind.DELETE and _has_null(value):
        name = ".".join(map(str, edit.keys))
        raise ExpError(f"TOML has no null, so '{name}' can't become it.", f"-S '~{name}' deletes the key.")


def _has_null(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return value is None or (isinstance(value, list) and any(map(_has_null, value)))
