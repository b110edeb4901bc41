"""The hashes in a dvc.lock read line by line: 20 µs where a YAML parser takes 500.

A listing of ten thousand experiments reads as many locks, each different, and wants only hashes. DVC and we
write locks in one fixed shape; a line that is not of that shape makes the scan give up, and the caller
parses the file properly. Nothing is ever guessed.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from gitexp.content import Hash
from gitexp.pipeline.lock import LockedPath, LockEntry
from gitexp.pipeline.locked import LEGACY

# Words that YAML reads as themselves: they begin and go on with nothing that means something to it.
_PLAIN: Final = r"[A-Za-z_./][\w./@+=-]*(?: [\w./@+=()-]+)*"
_START: Final = "schema: '2.0'\nstages:\n"
_STAGE: Final = re.compile(rf"  ({_PLAIN}):\n")
_SECTION: Final = re.compile(
    r"    (?:(?P<listed>deps|outs):\n|(?:cmd|params):(?: [^\n]*)?\n(?:(?:     |    - )[^\n]*\n|\n)*)"
)
# One path with its fields, in the order in which both programs write them. An md5 of digits only, or one
# that reads as a float, is quoted by those who write YAML, so it does not match.
_ITEM: Final = re.compile(
    rf"    - path: (?P<path>{_PLAIN})\n"
    r"(?P<hash>      hash: md5\n)?"
    r"      md5: (?P<md5>(?=[0-9]*[a-f])(?![0-9]+e[0-9]+\n)[0-9a-f]{32}(?:\.dir)?)\n"
    r"(?:      size: (?P<size>0|[1-9][0-9]*)\n)?"
    r"(?:      nfiles: (?P<nfiles>0|[1-9][0-9]*)\n)?"
    r"(?P<isexec>      isexec: true\n)?"
)
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
    """Deps and outs by stage name; `cmd` and params are passed over. None for a lock of any other shape."""
    try:
        lock = text.decode("ascii")
    except UnicodeDecodeError:
        return None
    if not lock.startswith(_START) or not lock.endswith("\n"):
        return None
    found: dict[str, LockEntry] = {}
    at = len(_START)
    while at < len(lock):
        name = _STAGE.match(lock, at)
        if name is None or name[1] in _WORDS or name[1] in found:
            return None
        scanned = _scan_stage(lock, name.end())
        if scanned is None:
            return None
        found[name[1]], at = scanned
    return found


def _scan_stage(lock: str, at: int) -> tuple[LockEntry, int] | None:
    """One stage from its first section on, and where the next begins."""
    sections: dict[str, tuple[LockedPath, ...]] = {}
    while section := _SECTION.match(lock, at):
        at = section.end()
        if section["listed"] is None:
            continue
        items = []
        while lock.startswith("    - ", at):
            item = _ITEM.match(lock, at)
            if item is None or item["path"] in _WORDS:
                return None
            items.append(_locked(item[0]))
            at = item.end()
        sections[section["listed"]] = tuple(items)
    return LockEntry(None, sections.get("deps", ()), {}, sections.get("outs", ())), at


@lru_cache(maxsize=1 << 14)
def _locked(item: str) -> LockedPath:
    """The record of an item's text: experiments share most of theirs."""
    found = _ITEM.fullmatch(item)
    assert found is not None
    size, nfiles = found["size"], found["nfiles"]
    hash = Hash(
        found["md5"],
        LEGACY if found["hash"] is None else "md5",
        size=None if size is None else int(size),
        nfiles=None if nfiles is None else int(nfiles),
        isexec=found["isexec"] is not None,
    )
    return LockedPath(found["path"], hash)
