"""YAML rewritten by ruamel's round trip: for the rare document that can't be edited in place.

Comments and quotes mostly survive; indentation and the wrapping of long lines may not.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from gitexp import deferred
from gitexp.pipeline.edit.edits import Edit, EditKind


def edit_yaml_whole(text: str, edits: Sequence[Edit]) -> str | None:
    """`text` with `edits` done, or None when ruamel can't."""
    ruamel: Any = deferred.module("ruamel.yaml")
    yaml = ruamel.YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    written = io.StringIO()
    try:
        document = yaml.load(text)
        for edit in edits:
            document = _edit(document, edit)
        yaml.dump(document, written)
    except (ruamel.error.YAMLError, LookupError, TypeError):
        return None
    return written.getvalue()


def _edit(document: Any, edit: Edit) -> Any:
    if not edit.keys:
        return edit.value
    folder = document
    for key in edit.keys[:-1]:
        folder = folder[key]
    if edit.kind is EditKind.DELETE:
        del folder[edit.keys[-1]]
    elif edit.kind is EditKind.ADD and isinstance(folder, list):
        folder.append(edit.value)
    else:
        folder[edit.keys[-1]] = edit.value
    return document
