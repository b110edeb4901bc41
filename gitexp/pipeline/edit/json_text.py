"""JSON edited in place: indentation, order, spacing and number spelling of everything else survive."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from gitexp.pipeline.edit.edits import Edit, EditKind
from gitexp.pipeline.edit.flow import add_member, delete_member
from gitexp.pipeline.edit.spots import Member, Place, Spot, SpotKind, find, indent_of, newline_of, replaced
from gitexp.pipeline.stage import Value

_SPACE = re.compile(r"[ \t\n\r]*")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+', re.DOTALL)


def edit_json(text: str, edits: Sequence[Edit]) -> str | None:
    """`text` with `edits` done, or None when one has no place in it. `text` must be valid JSON, or blank."""
    for edit in edits:
        if not text.strip():
            text = _spelled(edit.value if not edit.keys else {}, "", "\n", "  ") + "\n"
            if not edit.keys:
                continue
        changed = _edit(text, edit)
        if changed is None:
            return None
        text = changed
    return text


def _edit(text: str, edit: Edit) -> str | None:
    root = _scan(text, _skip(text, 0))
    place = find(root, edit.keys if edit.kind is not EditKind.ADD else edit.keys[:-1])
    if place is None:
        return None
    if edit.kind is EditKind.REPLACE:
        return replaced(text, place.spot.start, place.spot.end, _value_at(text, place, edit.value))
    if edit.kind is EditKind.DELETE:
        around = place.around[-1]
        index = next(i for i, member in enumerate(around.members) if member is place.member)
        return delete_member(text, around, index)
    return add_member(text, place.spot, _new_member(text, place.spot, edit))


def _new_member(text: str, spot: Spot, edit: Edit) -> str:
    where = spot.members[-1].start if spot.members else spot.start
    value = _spelled(edit.value, indent_of(text, where), newline_of(text), _step(text))
    if spot.kind is SpotKind.SEQUENCE:
        return value
    colon = ": " if not spot.members or text[spot.members[-1].value.start - 1].isspace() else ":"
    return f"{json.dumps(str(edit.keys[-1]), ensure_ascii=False)}{colon}{value}"


def _value_at(text: str, place: Place, value: Value) -> str:
    where = place.member.start if place.member else place.spot.start
    return _spelled(value, indent_of(text, where), newline_of(text), _step(text))


def _step(text: str) -> str | None:
    """The indentation of the file's first level, None for a file on one line."""
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else None


def _spelled(value: Value, indent: str, newline: str, step: str | None) -> str:
    """`value` as JSON: dicts on lines of their own where the file has lines; a list of scalars on one."""
    if step is None or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=step).splitlines()
    return newline.join([lines[0], *(indent + line for line in lines[1:])])


def _skip(text: str, offset: int) -> int:
    space: Any = _SPACE.match(text, offset)
    return int(space.end())


def _scan(text: str, start: int) -> Spot:
    """The spots of the value that begins at `start`."""
    if text[start] == "{":
        return _scan_members(text, start, SpotKind.MAPPING)
    if text[start] == "[":
        return _scan_members(text, start, SpotKind.SEQUENCE)
    return Spot(SpotKind.SCALAR, start, _literal_end(text, start))


def _literal_end(text: str, start: int) -> int:
    literal: Any = _LITERAL.match(text, start)
    return int(literal.end())


def _scan_members(text: str, start: int, kind: SpotKind) -> Spot:
    members: list[Member] = []
    offset = _skip(text, start + 1)
    while text[offset] not in "]}":
        if text[offset] == ",":
            offset = _skip(text, offset + 1)
        member = _member(text, offset) if kind is SpotKind.MAPPING else _element(text, offset, len(members))
        members.append(member)
        offset = _skip(text, member.value.end)
    return Spot(kind, start, offset + 1, members=tuple(members))


def _member(text: str, start: int) -> Member:
    key_end = _literal_end(text, start)
    colon = _skip(text, key_end)
    return Member(json.loads(text[start:key_end]), start, key_end, _scan(text, _skip(text, colon + 1)))


def _element(text: str, start: int, index: int) -> Member:
    return Member(index, start, start, _scan(text, start))
