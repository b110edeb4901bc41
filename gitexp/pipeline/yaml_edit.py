"""Changes single values in a YAML file whose comments and key order must stay: through ruamel.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from gitexp import deferred
from gitexp.pipeline.stage import Value


def update_items(text: bytes, sections: Mapping[str, Sequence[Mapping[str, Value]]]) -> bytes:
    """The document with the items of lists replaced, key by key: `sections` maps a top key to its items.

    Items are paired by their position. A key that stays keeps its place and comment, a new one goes last.
    The text must have been read before, so that it is known to be sound.
    """
    editor = deferred.module("ruamel.yaml").YAML()
    editor.default_flow_style = False
    document = editor.load(text)
    for section, items in sections.items():
        present = document.get(section)
        if present is None or len(present) != len(items):
            document[section] = [dict(item) for item in items]
            continue
        for old, new in zip(present, items, strict=True):
            _update(old, new)
    buffer = BytesIO()
    editor.dump(document, buffer)
    return buffer.getvalue()


def _update(old: Any, new: Mapping[str, Value]) -> None:
    for key in [key for key in old if key not in new]:
        del old[key]
    for key, value in new.items():
        if key not in old or old[key] != value:
            old[key] = value
