"""Where each value of a text stands: the map that in-place editors work by.

Offsets count characters. A spot is half open, as slices are; for a block collection of YAML it ends with the
last value in it, so that comments and blank lines after it are not part of it.
"""

from __future__ import annotations

from enum import Enum

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value


class SpotKind(Enum):
    SCALAR = "scalar"
    MAPPING = "mapping"
    SEQUENCE = "sequence"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Spot:
    """One value. `flow` means written inside brackets, as JSON is; `quote` is a string's own quote, or ''."""

    kind: SpotKind
    start: int
    end: int
    flow: bool = True
    quote: str = ""
    members: tuple[Member, ...] = ()

    def member(self, key: Value) -> Member | None:
        """The member called `key`, the last of several; 1 is not True."""
        return next((m for m in reversed(self.members) if m.key == key and type(m.key) is type(key)), None)


@dataclass(frozen=True, slots=True)
class Member:
    """One `key: value` of a mapping, or one element; `start` is where its key (or its value) begins."""

    key: Value
    start: int
    key_end: int
    value: Spot


@dataclass(frozen=True, slots=True)
class Place:
    """A spot found by keys, with the member that holds it and the collections it lies in, outermost first."""

    spot: Spot
    member: Member | None
    around: tuple[Spot, ...]


def find(root: Spot, keys: tuple[Value, ...]) -> Place | None:
    """Where `keys` lead, or None when the text does not spell it out (an alias, a merge, no such key)."""
    place = Place(root, None, ())
    for key in keys:
        member = place.spot.member(key)
        if member is None:
            return None
        place = Place(member.value, member, (*place.around, place.spot))
    return place


def replaced(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def line_start(text: str, offset: int) -> int:
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Where the line of `offset` ends, before its newline (and before the \\r of a \\r\\n)."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def next_line(text: str, offset: int) -> int:
    """Where the line after that of `offset` begins; the end of the text when it is the last."""
    end = text.find("\n", offset)
    return len(text) if end < 0 else end + 1


def indent_of(text: str, offset: int) -> str:
    """The white space that the line of `offset` begins with."""
    start = line_start(text, offset)
    line = text[start : line_end(text, start)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def newline_of(text: str) -> str:
    """The line end that the text uses: that of its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
