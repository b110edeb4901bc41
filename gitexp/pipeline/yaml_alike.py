"""A YAML file that differs from one parsed before only in plain values, read by comparing their lines.

The params files of a thousand experiments are one file with other numbers: to parse each costs 300 µs, to
look at the lines that differ 10 µs. A line may differ only where the first file has one plain value of one
word, and only by another such word; then both have the same structure. For anything else `read` gives up and
the caller parses. Nothing is ever guessed.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from gitexp.dataclass import dataclass
from gitexp.pipeline.stage import Value
from gitexp.pipeline.yaml import open_loader, scalar_value

# One word: nothing in it that means something to YAML, whatever stands before or behind it.
_WORD: Final = re.compile(rb"[+-]?[A-Za-z0-9_.](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_.])?")
_LONGEST: Final = 100_000  # bytes of a file that is worth remembering by its lines

Path = tuple[Any, ...]  # keys of mappings and places in lists


@dataclass(frozen=True, slots=True)
class Alike:
    """A parsed file, to read others by: its lines, and for each line with one plain word of a value where
    that stands (from column, to column) and where its value is."""

    lines: list[bytes]
    sites: dict[int, tuple[int, int, Path]]
    values: Value

    def read(self, text: bytes) -> Value | None:
        """The values of `text`, sharing what is the same; None if it has to be parsed."""
        lines = text.split(b"\n")
        if len(lines) != len(self.lines):
            return None
        values = self.values
        copied: dict[Path, Value] = {}
        for number, (line, known) in enumerate(zip(lines, self.lines, strict=True)):
            if line == known:
                continue
            site = self.sites.get(number)
            if site is None:
                return None
            start, end, path = site
            stop = len(line) - (len(known) - end)
            if line[:start] != known[:start] or line[stop:] != known[end:] or start >= stop:
                return None
            if not _WORD.fullmatch(line, start, stop):
                return None
            values = self._put(values, path, scalar_value(line[start:stop].decode("ascii")), copied)
        return values

    def _put(self, values: Value, path: Path, value: Value, copied: dict[Path, Value]) -> Value:
        """`values` with another value at `path`; what lies on the way is copied once."""
        if () not in copied:
            copied[()] = values = values.copy()
        here = values
        for depth in range(1, len(path)):
            above = path[:depth]
            if above not in copied:
                copied[above] = here[path[depth - 1]] = here[path[depth - 1]].copy()
            here = copied[above]
        here[path[-1]] = value
        return values


def alike(text: bytes, values: Value) -> Alike | None:
    """What others can be read by, if `text`, which was parsed to `values`, is simple enough."""
    if len(text) > _LONGEST or not isinstance(values, dict) or not text.isascii() or b"\r" in text:
        return None
    loader = open_loader(text.decode("ascii"))
    sites: dict[int, list[tuple[int, int, Path]]] = {}
    if not _walk(loader, sites):
        return None
    lines = text.split(b"\n")
    single = {number: found[0] for number, found in sites.items() if len(found) == 1}
    fitting = {
        number: site for number, site in single.items() if _WORD.fullmatch(lines[number], site[0], site[1])
    }
    return Alike(lines, fitting, values) if fitting else None


def _walk(loader: Any, sites: dict[int, list[tuple[int, int, Path]]]) -> bool:
    """Find the plain values of a document. False if it has anchors, aliases, tags or merged mappings."""
    path: list[Any] = []  # of each open collection: a place in a list, or a key (None: a key comes next)
    in_list: list[bool] = []
    # A file without a document ends the stream; behind that there are no more events to wait for.
    while not isinstance(event := loader.get_event(), (yaml.DocumentEndEvent, yaml.StreamEndEvent)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            return False
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            path.pop()
            in_list.pop()
            _passed(path, in_list)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if event.tag is not None or (path and path[-1] is None):
                return False
            in_list.append(isinstance(event, yaml.SequenceStartEvent))
            path.append(0 if in_list[-1] else None)
        elif isinstance(event, yaml.ScalarEvent):
            if not path or event.tag is not None:
                return False
            if path[-1] is None:
                key = scalar_value(event.value) if event.implicit[0] else event.value
                if key is None or key == "<<":
                    return False
                path[-1] = key
                continue
            start: Any = event.start_mark
            end: Any = event.end_mark
            if event.implicit[0]:
                sites.setdefault(start.line, []).append((start.column, end.column, tuple(path)))
                if end.line != start.line:
                    sites[start.line].append((0, 0, ()))
            _passed(path, in_list)
    return True


def _passed(path: list[Any], in_list: list[bool]) -> None:
    """A value is over: the next key, or the next place."""
    if path:
        path[-1] = path[-1] + 1 if in_list[-1] else None
