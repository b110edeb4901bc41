"""Members of a bracketed collection added and deleted in place: JSON, and YAML's flow style.

The layout is kept: a collection on several lines gets its new member on a line of its own.
"""

from __future__ import annotations

import re

from gitexp.pipeline.edit.spots import Spot, indent_of, line_end, line_start, newline_of, replaced

# What may follow the last member on its line when the bracket closes on another.
_REST = re.compile(r"[ \t]*(?P<comma>,?)[ \t]*(?:#.*)?")


def add_member(text: str, spot: Spot, member: str) -> str:
    """`text` with `member`, spelled out, as the last one of the collection at `spot`."""
    if not spot.members:
        return replaced(text, spot.start, spot.end, f"{text[spot.start]}{member}{text[spot.end - 1]}")
    last = spot.members[-1]
    if not _begins_line(text, last.start) or "\n" not in text[spot.start : last.start]:
        return replaced(text, last.value.end, last.value.end, f",{_gap(text, spot)}{member}")
    line = newline_of(text) + indent_of(text, last.start) + member
    end = line_end(text, last.value.end)
    rest = _REST.fullmatch(text, last.value.end, end)
    if rest is None:  # the bracket closes on this line
        return replaced(text, last.value.end, last.value.end, f",{line}")
    comma = rest["comma"]
    text = replaced(text, end, end, line + comma)
    return text if comma else replaced(text, last.value.end, last.value.end, ",")


def _gap(text: str, spot: Spot) -> str:
    """What stands between a comma and the next member."""
    if len(spot.members) > 1:
        before = text[spot.members[-2].value.end : spot.members[-1].start]
        return " " if before.endswith((" ", "\n")) else ""
    return " "


def delete_member(text: str, spot: Spot, index: int) -> str:
    """`text` without member `index` and one of the commas beside it."""
    member = spot.members[index]
    if index + 1 < len(spot.members):
        return replaced(text, member.start, spot.members[index + 1].start, "")
    if index:
        return replaced(text, spot.members[index - 1].value.end, member.value.end, "")
    return replaced(text, spot.start + 1, spot.end - 1, "")


def _begins_line(text: str, offset: int) -> bool:
    return not text[line_start(text, offset) : offset].strip()
