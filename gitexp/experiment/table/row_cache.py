"""Rows of finished experiments, kept by commit id: a commit never changes, so its row never does.

One file per DVC root, appended to, one row a line:

    <commit> <checksum> <time> TAB <params> TAB <metrics> TAB <deps> TAB <outs>

The last four are JSON texts as `exp show --json` prints them. It is a pure cache: a line whose checksum is
wrong is as if it were not there, a deleted file is written anew, and several processes may append at once.
When most of the file is of no more use (experiments that are gone, damage), it is written anew without.

A few rows are searched for as bytes, which goes through a hundred thousand rows in 10 ms; only who asks for
many has the file gone through line by line, and a line is looked into when its commit is wanted.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.experiment.record import FileValues, Values
from gitexp.experiment.table.values_data import PARTS, part_text, values_from_texts
from gitexp.git.repo import Repo

VERSION = 2  # another number when a row holds other things than before
SPARE = 1000  # lines of no use that are never worth the writing of a new file
FEW = 16  # rows that are searched for one by one
PIECE = 1 << 20  # bytes of the file that are searched at once: as fast as all, without its memory


class RowCache:
    """Reads what is asked for when it is asked for; writes new rows on `flush`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, Values] = {}
        self._lines: dict[str, bytes] | None = None  # all of the file, once many were asked for one by one
        self._sought: set[str] = set()  # commits that the file has no more to say of
        self._seen = 0  # lines of the file, of use or not, as far as they were gone through
        self._new: list[bytes] = []

    def __contains__(self, commit: str) -> bool:
        return self.get(commit) is not None

    def expect(self, commits: Collection[str]) -> None:
        """These will be asked for: many are found faster together."""
        wanted = set(commits) - self._sought
        if len(wanted) > FEW:
            self._sought |= wanted
            self._rows.update((commit, _parsed(line)) for commit, line in self._read(wanted))

    def get(self, commit: str) -> Values | None:
        """The row of a commit, if it is known."""
        if commit not in self._sought and commit not in self._rows:
            line = self._line(commit)
            self._sought.add(commit)
            if line is not None:
                self._rows[commit] = _parsed(line)
        return self._rows.get(commit)

    def put(self, commit: str, values: Values) -> Values:
        """Remember a row, if it is one to keep; the row as `get` will give it."""
        line = row_line(commit, values)
        return values if line is None else self._add(line)

    def put_lines(self, text: bytes) -> None:
        """Remember rows that other processes made lines of, and know them from now on."""
        for line in text.splitlines(keepends=True):
            self._add(line)

    def flush(self, living: Callable[[], Collection[str]] | None = None) -> None:
        """Append the new rows. A full or read-only disk costs speed, nothing else.

        `living` names the commits that may be asked for again; it is called when the file has grown so much
        that it may be full of others.
        """
        new, self._new = self._new, []
        if not new:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(b"".join([b"\n", *new]))
            if living is not None and self._seen + len(new) > SPARE:
                self._shrink(living())
        except OSError:
            pass

    def _shrink(self, living: Collection[str]) -> None:
        """Write the file anew, if less than half of its lines are of use."""
        stored, useful = 0, {}
        for commit, line in self._read():
            stored += 1
            if commit in living:
                useful[commit] = line
        if stored > 2 * len(useful) + SPARE:
            write_atomic(self._path, b"".join(b"%s %s\n" % (key.encode(), useful[key]) for key in useful))

    def _add(self, line: bytes) -> Values:
        commit, _, rest = line.rstrip(b"\n").partition(b" ")
        name = commit.decode("ascii")
        known = self.get(name)
        if known is None or row_line(name, known) != line:
            self._rows[name] = known = _parsed(rest)
            self._new.append(line)
        return known

    def _line(self, commit: str) -> bytes | None:
        """The row of one commit as it stands in the file."""
        if self._lines is None and len(self._sought) >= FEW:
            self._lines = dict(self._read())
        return _search(self._path, commit) if self._lines is None else self._lines.get(commit)

    def _read(self, wanted: Collection[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Commit and the rest of each line that is whole; the last of several for one commit holds.

        With `wanted`, of these commits only.
        """
        self._seen = 0
        keys = None if wanted is None else {commit.encode() for commit in wanted}
        try:
            with self._path.open("rb") as file:
                for line in file:
                    self._seen += 1
                    space = line.find(b" ")
                    key = line[:space]
                    if space in (40, 64) and (keys is None or key in keys) and _is_whole(line, space):
                        yield key.decode("ascii", "replace"), line[space + 1 : -1]
        except OSError:
            return


def _search(path: Path, commit: str) -> bytes | None:
    """The rest of the last whole line of a commit, by a search through the file piece by piece."""
    start, found = commit.encode() + b" ", None
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE) + file.readline():  # whole lines
                found = _last_whole(piece, start) or found
    except OSError:
        pass
    return found


def _last_whole(piece: bytes, start: bytes) -> bytes | None:
    at = piece.rfind(start)
    while at >= 0:
        line = piece[at : piece.find(b"\n", at) + 1]
        if piece[at - 1 : at] in (b"\n", b"") and _is_whole(line, len(start) - 1):
            return line[len(start) : -1]
        at = piece.rfind(start, 0, at)
    return None


def row_line(commit: str, values: Values) -> bytes | None:
    """A row as a line. None for one that may read otherwise another time: what was missing may turn up."""
    files = [*values.params.values(), *values.metrics.values()]
    if values.error is not None or any(map(_may_turn_up, files)):
        return None
    when = "-" if values.timestamp is None else str(values.timestamp)
    texts = [part_text(name, getattr(values, name)) for name in PARTS]
    body = "\t".join([when, *texts]).encode("ascii")
    name = commit.encode()
    return b"%s %08x %s\n" % (name, zlib.crc32(body, zlib.crc32(name)), body)


def _may_turn_up(found: FileValues) -> bool:
    """A file of the commit stays as bad as it is; one that only the data cache has may be pulled yet."""
    return found.error is not None and "No storage files" in found.error[1]


def _is_whole(line: bytes, space: int) -> bool:
    """Whether the checksum is that of the commit and the row. A line without its end is none."""
    try:
        said = int(line[space + 1 : space + 9], 16)
    except ValueError:
        return False
    found = zlib.crc32(line[space + 10 : -1], zlib.crc32(line[:space]))
    return found == said and line.endswith(b"\n") and line.count(b"\t") == len(PARTS)


def _parsed(line: bytes) -> Values:
    when, params, metrics, deps, outs = line[9:].decode("ascii").split("\t")
    return values_from_texts(params, metrics, deps, outs, None if when == "-" else int(when))


def open_row_cache(repo: Repo, prefix: str) -> RowCache:
    """The cache of the DVC root at `prefix` inside the repository."""
    root = f"-{hashlib.md5(prefix.encode(), usedforsecurity=False).hexdigest()[:8]}" if prefix else ""
    return RowCache(repo.state_dir / "cache" / f"rows-{VERSION}{root}.jsonl")
