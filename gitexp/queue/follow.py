"""Read a log: its last lines, all of it, and what comes while it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from gitexp.atomic import ask_server, is_there
from gitexp.dataclass import dataclass
from gitexp.queue.named import RunLog

_PIECE = 1 << 16  # bytes read at once
_PAUSE = 0.2  # seconds between looks at a log that grows


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the last lines of a log begin, in bytes, and how many lines stand before."""

    offset: int = 0
    left_out: int = 0


def find_tail(path: Path, lines: int) -> Tail:
    """The last `lines` lines; a last one without an end counts."""
    with path.open("rb") as file:
        ends = last = 0
        for piece in _pieces(file):
            ends, last = ends + piece.count(b"\n"), piece[-1]
        total = ends + (last not in (0, ord("\n")))
        left_out = max(0, total - lines)
        file.seek(0)
        return Tail(_after(file, left_out), left_out)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _after(file: BinaryIO, lines: int) -> int:
    """The offset behind so many lines."""
    offset = 0
    for piece in _pieces(file) if lines else ():
        ends = piece.count(b"\n")
        if ends < lines:
            offset, lines = offset + len(piece), lines - ends
            continue
        place = -1
        for _ in range(lines):
            place = piece.index(b"\n", place + 1)
        return offset + place + 1
    return offset


def read_log(log: RunLog, follow: bool, offset: int = 0) -> Iterator[bytes]:
    """The log so far, from `offset` on; with `follow`, also what comes while the run goes on."""
    with log.path.open("rb") as file:
        file.seek(offset)
        while True:
            # Looked at before the rest is read: what was written until the end is not missed.
            running = follow and is_there(log.running)
            ask_server(log.path)
            yield from _pieces(file)
            if not running:
                return
            time.sleep(_PAUSE)


def lines_of(pieces: Iterable[bytes]) -> Iterator[str]:
    """Whole lines, each as soon as it is whole; bytes that are no UTF-8 are written out as \\xNN."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.decode("utf-8", "backslashreplace") for line in whole)
    if rest:
        yield rest.decode("utf-8", "backslashreplace")


def read_tail(log: RunLog, most: int) -> tuple[bytes, bool]:
    """The last `most` bytes of the log, from the start of a line on; whether there is more before them."""
    with log.path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - most))
        text = file.read(most)
    if size <= most:
        return text, False
    return text[text.find(b"\n") + 1 :], True
