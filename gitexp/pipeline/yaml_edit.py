"""Changes single values in a YAML file whose comments and key order must stay: through ruamel.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from gitexp import deferred
from gitexp.pipeline.stage import Value

Items = Sequence[Mapping[str, Value]]


def update_items(text: bytes, sections: Mapping[str, Items], owned: frozenset[str]) -> bytes:
    """The document with the items of some top-level lists brought up to date.

    `sections` maps a top key to what its items should say; items are paired by their `path`. Keys that stay
    keep their place and comments, new ones go last. Of the old keys only those in `owned` are ever removed:
    all others are the user's. The text must have been read before, so that it is known to be sound.
    """
    editor = deferred.module("ruamel.yaml").YAML()
    editor.default_flow_style = False
    document = editor.load(text)
    for section, items in sections.items():
        present = document.get(section) or []
        if [item.get("path") for item in present] == [item.get("path") for item in items]:
            for old, new in zip(present, items, strict=True):
                _update(old, new, owned)
        else:
            document[section] = _rebuilt(present, items, owned)
    buffer = BytesIO()
    editor.dump(document, buffer)
    return buffer.getvalue()


def _rebuilt(present: Any, items: Items, owned: frozenset[str]) -> list[Any]:
    by_path = {item.get("path"): item for item in present}
    rebuilt = []
    for new in items:
        item = by_path.get(new.get("path"), {})
        _update(item, new, owned)
        rebuilt.append(item)
    return rebuilt


def _update(item: Any, new: Mapping[str, Value], owned: frozenset[str]) -> None:
    for key in [key for key in item if key in owned and key not in new]:
        del item[key]
    for key, value in new.items():
        if key not in item or item[key] != value:
            item[key] = value
