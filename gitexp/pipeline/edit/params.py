"""Overrides written into a params file: the values change, every other line stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from gitexp.errors import ExpError
from gitexp.pipeline.edit.edits import Edit, find_edits, same
from gitexp.pipeline.edit.json_text import edit_json
from gitexp.pipeline.edit.python_text import edit_python
from gitexp.pipeline.edit.toml_text import edit_toml
from gitexp.pipeline.edit.yaml_text import edit_yaml
from gitexp.pipeline.edit.yaml_whole import edit_yaml_whole
from gitexp.pipeline.override.overrides import Override
from gitexp.pipeline.override.values import overridden
from gitexp.pipeline.params import Format, format_of, parse_params
from gitexp.pipeline.stage import Value

# One round does it, but where a value is shared (an anchor and its aliases, `<<`): then the others that
# changed with it are set back, each spelled out.
_MOST_ROUNDS = 5
_MARK = "\ufeff"  # what Windows editors begin a file with


def apply_overrides(path: str, data: bytes | None, overrides: Sequence[Override]) -> bytes:
    """The bytes of params file `path` after `overrides`; `data` is None when there is no such file.

    What comes out is parsed again and holds exactly the values meant; comments, order, quotes, layout and
    line ends of the rest survive. Raises ExpError when the file can't be parsed, a key is not there, or the
    change can't be written down in this file.
    """
    before = data or b""
    values = parse_params(path, before)
    if not isinstance(values, dict):
        raise ExpError(f"{path} holds no `name: value` pairs, so nothing in it can be set with -S.")
    wanted = overridden(values, overrides)
    text = before.decode().removeprefix(_MARK)
    edited = _edited(path, text, wanted)
    if edited is None and format_of(path) is Format.YAML:
        edited = _checked(path, edit_yaml_whole(text, list(find_edits(values, wanted))), wanted)
    if edited is None:
        names = ", ".join(override.key for override in overrides)
        raise ExpError(f"{path} is written in a way that {names} can't be changed with -S.", "edit the file.")
    return (_MARK + edited if before.decode().startswith(_MARK) else edited).encode()


def _edited(path: str, text: str, wanted: Value) -> str | None:
    """`text` edited in place until it holds `wanted`; None when that can't be done."""
    for _ in range(_MOST_ROUNDS):
        edits = list(find_edits(parse_params(path, text.encode()), wanted))
        if not edits:
            return text
        changed = _edit(path, text, edits, wanted)
        if _checked(path, changed, None) is None or changed is None:
            return None
        text = changed
    return None


def _edit(path: str, text: str, edits: Sequence[Edit], wanted: Value) -> str | None:
    form = format_of(path)
    if form is Format.JSON:
        return edit_json(text, edits)
    if form is Format.TOML:
        return edit_toml(text, edits)
    if form is Format.PYTHON:
        return edit_python(text, edits)
    return edit_yaml(text, edits, wanted)


def _checked(path: str, text: str | None, wanted: Value) -> str | None:
    """`text` if it can be parsed and holds `wanted` (anything, when that is None)."""
    if text is None:
        return None
    try:
        values = parse_params(path, text.encode())
    except ExpError:
        return None
    return text if wanted is None or same(values, wanted) else None
