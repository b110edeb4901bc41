"""packed-refs: the one file of refs that rarely change, read once a command and searched as bytes.

A hundred thousand refs are 10 MB. To look for one name in them is a millisecond as a search of bytes and a
third of a second as a regular expression, and nothing is made a record of but what is asked for.

    # pack-refs with: peeled fully-peeled sorted
    24b70b5cd48bf67c66c631003f8793c0fcce0f44 refs/exps/2f/258b…/brave-otter
    98ebf73c7b0fd3f1e1b0a2f5e1f0b2a4c6d8e0f1 refs/tags/v1
    ^2f258bf9f18681bebabcc1909422ae426dc992e5
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

_OID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")

_SETTLED = 1_000_000_000  # ns: a file that changed later than so long ago may change again unseen

# The text last read, by the file's path, and what the file looked like then: Git itself trusts as much.
_read: dict[Path, tuple[tuple[int, ...], bytes]] = {}


def packed_text(common_dir: Path) -> bytes:
    """The text of packed-refs as it is now; empty when there is none."""
    path = common_dir / "packed-refs"
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            looks = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
            known = _read.pop(path, None)
            text = known[1] if known is not None and known[0] == looks else file.read()
    except FileNotFoundError:
        return b""
    if time.time_ns() - found.st_mtime_ns > _SETTLED:
        _read[path] = (looks, text)
    return text


def packed_ref(common_dir: Path, name: str) -> str | None:
    """The object id of the packed ref of that full name."""
    text = packed_text(common_dir)
    at = text.find(b" " + os.fsencode(name) + b"\n")
    return _oid_before(text, at) if at >= 0 else None


def packed_under(common_dir: Path, prefix: str) -> list[tuple[str, str]]:
    """Full name and object id of every packed ref whose name begins with `prefix`, in the file's order."""
    text, start = packed_text(common_dir), b" " + os.fsencode(prefix)
    first = text.find(start)
    if first < 0:
        return []
    # The file is sorted, so between the first and the last of them there is hardly anything else.
    part = text[text.rfind(b"\n", 0, first) + 1 : text.find(b"\n", text.rfind(start))]
    lines, wide = os.fsdecode(part).split("\n"), part.find(b" ")
    return [(line[wide + 1 :], line[:wide]) for line in lines if line.startswith(prefix, wide + 1)]


def packed_called(common_dir: Path, prefix: str, depth: int, name: str) -> list[tuple[str, str]]:
    """Full name and id of the packed refs called `name` exactly `depth` folders below `prefix`."""
    text, end = packed_text(common_dir), b"/" + os.fsencode(name) + b"\n"
    found, at = [], text.find(end)
    while at >= 0:
        space = text.rfind(b" ", 0, at)
        full, oid = os.fsdecode(text[space + 1 : at + len(end) - 1]), _oid_before(text, space)
        if oid and full.startswith(prefix) and full[len(prefix) :].count("/") == depth:
            found.append((full, oid))
        at = text.find(end, at + 1)
    return found


def packed_at(common_dir: Path, prefix: str, oid: str) -> list[tuple[str, str]]:
    """Full name and id of the packed refs below `prefix` that hold `oid`."""
    text, start = packed_text(common_dir), oid.encode() + b" " + os.fsencode(prefix)
    found, at = [], text.find(start)
    while at >= 0:
        name = text[at + len(oid) + 1 : text.find(b"\n", at)]
        if text[at - 1 : at] in (b"\n", b""):
            found.append((os.fsdecode(name), oid))
        at = text.find(start, at + 1)
    return found


def _oid_before(text: bytes, space: int) -> str | None:
    """The object id that a line begins with; `space` is where it ends."""
    oid = text[text.rfind(b"\n", 0, space) + 1 : space]
    return oid.decode() if _OID.fullmatch(oid) else None
