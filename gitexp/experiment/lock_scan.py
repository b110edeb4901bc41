"""The hashes in a dvc.lock read line by line: 20 µs where a YAML parser takes 500.

A listing of ten thousand experiments reads as many locks, each different, and wants only hashes. DVC and we
write locks in one fixed shape; a line that is not of that shape makes the scan give up, and the caller
parses the file properly. Nothing is ever guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.locked import locked_path
from gitexp.pipeline.stage import Value

# Words that YAML reads as themselves: they begin and go on with nothing that means something to it.
_PLAIN: Final = r"[A-Za-z_./][\w./@+=-]*(?: [\w./@+=()-]+)*"
_STAGE: Final = re.compile(rf"  ({_PLAIN}):")
_SECTION: Final = re.compile(r"    (cmd|deps|params|outs):(?: .*)?")
_ITEM: Final = re.compile(rf"    - path: ({_PLAIN})")
_FIELD: Final = re.compile(r"      (hash|md5|size|nfiles|isexec): (\S+)")
_MD5: Final = re.compile(
    r"(?=.*[a-f])(?!\d+e\d+$)[0-9a-f]{32}(?:\.dir)?"
)  # what YAML can't take for a number
_WORDS: Final = frozenset(
    {
        "null",
        "true",
        "false",
        "Null",
        "True",
        "False",
        "NULL",
        "TRUE",
        "FALSE",
        ".inf",
        ".Inf",
        ".INF",
        ".nan",
        ".NaN",
        ".NAN",
    }
)


def scan_lock(text: bytes) -> dict[str, LockEntry] | None:
    """Deps and outs by stage name, `cmd` and params left out; None for a lock of any other shape."""
    try:
        lines = text.decode("ascii").split("\n")
    except UnicodeDecodeError:
        return None
    if lines[:2] != ["schema: '2.0'", "stages:"] or "\r" in lines[0] or lines.pop():
        return None
    found: dict[str, tuple[list[LockedPath], list[LockedPath]]] = {}
    at = 2
    while at < len(lines):
        name = _STAGE.fullmatch(lines[at])
        if name is None or name[1] in _WORDS or name[1] in found:
            return None
        entry: tuple[list[LockedPath], list[LockedPath]] = ([], [])
        found[name[1]] = entry
        scanned = _scan_stage(lines, at + 1, entry)
        if scanned is None:
            return None
        at = scanned
    return {stage: LockEntry(None, tuple(deps), {}, tuple(outs)) for stage, (deps, outs) in found.items()}


def _scan_stage(lines: list[str], at: int, entry: tuple[list[LockedPath], list[LockedPath]]) -> int | None:
    """The sections of one stage; where the next stage begins."""
    while at < len(lines) and (section := _SECTION.fullmatch(lines[at])):
        at += 1
        if section[1] in ("cmd", "params"):
            while at < len(lines) and (lines[at].startswith(("     ", "    - ")) or not lines[at]):
                at += 1
            continue
        if not lines[at - 1].endswith(":"):
            return None
        items = entry[0] if section[1] == "deps" else entry[1]
        while at < len(lines) and lines[at].startswith("    - "):
            scanned = _scan_item(lines, at, items.append)
            if scanned is None:
                return None
            at = scanned
    return at


def _scan_item(lines: list[str], at: int, keep: Callable[[LockedPath], None]) -> int | None:
    """One path with its fields; where the next line is."""
    path = _ITEM.fullmatch(lines[at])
    if path is None or path[1] in _WORDS:
        return None
    data: dict[str, Value] = {"path": path[1]}
    at += 1
    while at < len(lines) and lines[at].startswith("      "):
        field = _FIELD.fullmatch(lines[at])
        if field is None:
            return None
        value = _value(field[1], field[2])
        if value is None:
            return None
        data[field[1]] = value
        at += 1
    keep(locked_path(data))
    return at


def _value(field: str, text: str) -> Value:
    if field in ("size", "nfiles"):
        return int(text) if text.isdigit() and (text == "0" or text[0] != "0") else None
    if field == "md5":
        return text if _MD5.fullmatch(text) else None
    if field == "hash":
        return text if text == "md5" else None
    return True if text == "true" else None
