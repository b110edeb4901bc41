"""Rows of finished experiments, kept by commit id: a commit never changes, so its row never does.

One file per DVC root, only ever appended to, one row a line. It is a pure cache: a damaged line is ignored,
a deleted file is written anew, and two processes may append at once.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from gitexp.experiment.record import Values
from gitexp.experiment.values_data import values_data, values_from_data
from gitexp.git.repo import Repo

VERSION = 1  # another number when a row holds other things than before


class RowCache:
    """Reads its file at the first question; writes new rows on `flush`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[str, bytes] | None = None
        self._new: list[bytes] = []

    def __contains__(self, commit: str) -> bool:
        return commit in self._known()

    def get(self, commit: str) -> Values | None:
        """The row of a commit, if it is known."""
        line = self._known().get(commit)
        if line is None:
            return None
        try:
            timestamp, data = json.loads(line)
            return values_from_data(data, timestamp)
        except (ValueError, KeyError, TypeError):
            return None

    def put(self, commit: str, values: Values) -> None:
        """Remember a row, if it is one to keep."""
        line = row_line(commit, values)
        if line is not None:
            self._new.append(line)

    def put_lines(self, text: bytes) -> None:
        """Remember rows that other processes made lines of, and know them from now on."""
        self._new.append(text)
        self._known().update(_by_commit(text))

    def flush(self) -> None:
        """Append the new rows. A full or read-only disk costs speed, nothing else."""
        if not self._new:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            with os.fdopen(handle, "ab", buffering=0) as file:
                file.write(b"".join([b"\n", *self._new]))
        except OSError:
            pass
        self._new = []

    def _known(self) -> dict[str, bytes]:
        if self._lines is None:
            try:
                text = self._path.read_bytes()
            except OSError:
                text = b""
            self._lines = _by_commit(text)
        return self._lines


def row_line(commit: str, values: Values) -> bytes | None:
    """A row as a line. None for one with errors: what was missing may turn up."""
    files = [*values.params.values(), *values.metrics.values()]
    if values.error is not None or any(file.error for file in files):
        return None
    line = json.dumps([values.timestamp, values_data(values)], default=str).encode()
    return commit.encode() + b" " + line + b"\n"


def _by_commit(text: bytes) -> dict[str, bytes]:
    return {
        line[:space].decode("ascii", "replace"): line[space + 1 :]
        for line in text.split(b"\n")
        if (space := line.find(b" ")) in (40, 64)
    }


def open_row_cache(repo: Repo, prefix: str) -> RowCache:
    """The cache of the DVC root at `prefix` inside the repository."""
    root = f"-{hashlib.md5(prefix.encode(), usedforsecurity=False).hexdigest()[:8]}" if prefix else ""
    return RowCache(repo.state_dir / "cache" / f"rows-{VERSION}{root}.jsonl")
