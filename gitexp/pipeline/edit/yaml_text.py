"""YAML edited in place: comments, quotes, order, indentation and list style of all other lines survive.

Each edit cuts and inserts text at the marks of the parser and parses again. What has no simple place in the
text (explicit `? key`, nested dashes) gives None; the caller then rewrites the document.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

from gitexp.pipeline.edit.edits import Edit, EditKind, Keys, at
from gitexp.pipeline.edit.flow import add_member, delete_member
from gitexp.pipeline.edit.spots import (
    Place,
    Spot,
    SpotKind,
    find,
    line_end,
    line_start,
    newline_of,
    next_line,
    replaced,
)
from gitexp.pipeline.edit.yaml_spots import yaml_spots
from gitexp.pipeline.edit.yaml_words import block, element, inline, pair
from gitexp.pipeline.stage import Value

_ANCHOR = re.compile(r"&[^\s,\[\]{}]+[ \t]*")


def edit_yaml(text: str, edits: Sequence[Edit], wanted: Value) -> str | None:
    """`text` with `edits` done, or None when one has no place in it. `text` must be one YAML document.

    `wanted` is the value that the edits lead to: what an alias stands for is spelled out from it.
    """
    for edit in edits:
        try:
            changed = _edit(text, edit, wanted)
        except yaml.YAMLError:
            return None
        if changed is None:
            return None
        text = changed
    return text


def _edit(text: str, edit: Edit, wanted: Value) -> str | None:
    root = yaml_spots(text)
    if root is None:
        return _begin(text, edit)
    alias = _alias_on_the_way(root, edit.keys)
    if alias is not None:
        edit = Edit(EditKind.REPLACE, alias, at(wanted, alias))
    place = find(root, edit.keys[:-1] if edit.kind is EditKind.ADD else edit.keys)
    if place is None and edit.kind is EditKind.REPLACE and edit.keys:
        # It came by `<<`: its own key wins.
        return _edit(text, Edit(EditKind.ADD, edit.keys, edit.value), wanted)
    if place is None:
        return None
    if edit.kind is EditKind.ADD:
        return _add(text, place.spot, edit)
    return _delete(text, place) if edit.kind is EditKind.DELETE else _replace(text, place, edit.value)


def _alias_on_the_way(root: Spot, keys: Keys) -> Keys | None:
    """The keys of an alias that `keys` lead through."""
    for length in range(1, len(keys)):
        place = find(root, keys[:length])
        if place is not None and place.spot.kind is SpotKind.ALIAS:
            return keys[:length]
    return None


def _begin(text: str, edit: Edit) -> str | None:
    """The first value of a file that has none, after its comments."""
    if edit.keys:
        return None
    newline = newline_of(text)
    if text and not text.endswith("\n"):
        text += newline
    return text + "".join(line + newline for line in block(edit.value, ""))


# -- a new member ---------------------------------------------------------------------------------------


def _add(text: str, spot: Spot, edit: Edit) -> str | None:
    is_mapping = spot.kind is SpotKind.MAPPING
    if spot.kind not in (SpotKind.MAPPING, SpotKind.SEQUENCE):
        return None
    if spot.flow:
        before = f"{inline(edit.keys[-1])}: " if is_mapping else ""
        return add_member(text, spot, before + inline(edit.value))
    last = spot.members[-1]
    begin = last.start if is_mapping else _dash(text, last.start)
    indent = " " * (begin - line_start(text, begin))
    lines = pair(edit.keys[-1], edit.value, indent) if is_mapping else element(edit.value, indent)
    end = line_end(text, spot.end)
    newline = newline_of(text)
    return replaced(text, end, end, "".join(newline + line for line in lines))


def _dash(text: str, offset: int) -> int:
    """Where the dash of the element at `offset` stands."""
    return text.rfind("-", 0, offset)


# -- one member less ------------------------------------------------------------------------------------


def _delete(text: str, place: Place) -> str | None:
    around, member = place.around[-1], place.member
    if member is None:
        return None
    index = around.members.index(member)
    if around.flow:
        return delete_member(text, around, index)
    begin = member.start if around.kind is SpotKind.MAPPING else _dash(text, member.start)
    start = line_start(text, begin)
    if not text[start:begin].strip(" "):
        return replaced(text, start, next_line(text, member.value.end), "")
    if index + 1 < len(around.members) and around.kind is SpotKind.MAPPING:  # `- key: value`, with more below
        return replaced(text, begin, around.members[index + 1].start, "")
    return None


# -- another value --------------------------------------------------------------------------------------


def _replace(text: str, place: Place, value: Value) -> str | None:
    spot = place.spot
    in_flow = any(around.flow for around in place.around)
    stays_flow = spot.flow and spot.kind is SpotKind.SEQUENCE and isinstance(value, list)
    if not isinstance(value, (dict, list)) or not value or in_flow or stays_flow:
        return _replace_inline(text, place, inline(value, spot.quote))
    if place.member is None:
        return replaced(text, spot.start, spot.end, newline_of(text).join(block(value, "")))
    return _replace_by_block(text, place, value)


def _replace_inline(text: str, place: Place, new: str) -> str | None:
    spot, member = place.spot, place.member
    if member is not None and not spot.flow and "\n" in text[member.key_end : spot.start]:
        colon = _colon(text, member.key_end)
        if colon is None:
            return None
        # The key's own line stays, with its comment; the lines of the old value go, with theirs.
        end = line_end(text, spot.end)
        text = replaced(text, line_end(text, colon), end, "")
        return replaced(text, colon, colon, f" {new}")
    start = spot.start + _anchor_length(text, spot)
    if start > 0 and text[start - 1] in ":-," and spot.start == spot.end:
        new = f" {new}"
    return replaced(text, start, spot.end, new)


def _replace_by_block(text: str, place: Place, value: Value) -> str | None:
    """The value in block style below its key (or after its dash)."""
    spot, member, around = place.spot, place.member, place.around[-1]
    if member is None or _anchor_length(text, spot):
        return None
    newline = newline_of(text)
    if around.kind is SpotKind.SEQUENCE:
        dash = _dash(text, member.start)
        lines = element(value, " " * (dash - line_start(text, dash)))
        return replaced(text, dash, spot.end, newline.join(lines).lstrip(" "))
    colon = _colon(text, member.key_end)
    if colon is None:
        return None
    indent = " " * (member.start - line_start(text, member.start))
    lines = pair(member.key, value, indent)[1:]
    if spot.flow:  # it stood on the key's line, whose comment stays there
        text = replaced(text, colon, spot.end, "")
        start = end = line_end(text, colon)
    else:
        start, end = line_end(text, colon), spot.end
    return replaced(text, start, end, "".join(newline + line for line in lines))


def _colon(text: str, key_end: int) -> int | None:
    """Where the colon after a key ends, when it is on the key's line."""
    match = re.compile(r"[ \t]*:").match(text, key_end)
    return match.end() if match else None


def _anchor_length(text: str, spot: Spot) -> int:
    match = _ANCHOR.match(text, spot.start, spot.end)
    return len(match[0]) if match else 0
