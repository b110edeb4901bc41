"""Which files need not be read again: (path, size, mtime, ctime, inode) -> md5, kept between commands.

A hash is believed as long as the file's stamp is what it was when the hash was taken. Two dangers:

A write in the same clock tick leaves the stamp as it is. So a hash is remembered only if the file's
mtime was already older than a tick when reading began (`is_settled`). Git has the same problem and
re-reads; we also may wait the tick out where that is cheaper than hashing again (`settle`).

Linking an object changes the ctime of every other link to it. So the ctime counts only for files that
can be written; for links of a read-only object size, mtime and inode must do.

Pure cache: any fault of the file means that files are hashed again, never an error.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from types import TracebackType

from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.memo_log import Row, append, compact, decode, encode, find_blocks

FINE_TICK_NS = 20_000_000  # clocks behind file stamps tick every 1 to 10 ms
COARSE_TICK_NS = 2_000_000_000  # FAT and old network file systems: whole seconds, even ones

_WORTH_WAITING_BYTES = 8 << 20  # md5 takes about 12 ms for these: as long as the wait
_COMPACT_BYTES = 4 << 20  # below this a log full of dead entries costs nothing
_COMPACT_GROWTH = 2


def is_settled(mtime_ns: int, now_ns: int) -> bool:
    """Whether a write after `now_ns` is sure to change a file's mtime of `mtime_ns`."""
    tick = FINE_TICK_NS if mtime_ns % 1_000_000_000 else COARSE_TICK_NS
    return mtime_ns + tick <= now_ns


def settle(mtime_ns: int, size: int) -> None:
    """Wait until a file of this mtime is settled, if it is large enough for that to pay (20 ms at most)."""
    if size >= _WORTH_WAITING_BYTES:
        missing = mtime_ns + FINE_TICK_NS - time.time_ns()
        if 0 < missing <= FINE_TICK_NS:
            time.sleep(missing / 1e9)


class Memo:
    """The memo of one repository, shared by its worktrees and by processes; threads may share one object.

    `path` is the log file; None keeps the memo in this process only. Use as a context manager or call
    `close`: what was learnt is written then.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._blocks: dict[bytes, list[bytes]] | None = None
        self._folders: dict[tuple[str, str], dict[bytes, Row]] = {}
        self._learnt: dict[bytes, dict[bytes, Row]] = {}
        self._lock = threading.RLock()

    def file_md5(self, path: Path, stat: os.stat_result, algorithm: str = MD5) -> str:
        """The md5 of a file whose os.stat is `stat`: remembered, or read now. Raises OSError."""
        folder, name = os.path.split(path)
        return self.entry_md5(folder, name, stat, algorithm)

    def entry_md5(self, folder: str, name: str, stat: os.stat_result, algorithm: str = MD5) -> str:
        """`file_md5` of folder/name, for those who walk."""
        known = self.lookup(folder, name, stat, algorithm)
        if known is not None:
            return known
        settle(stat.st_mtime_ns, stat.st_size)
        began = time.time_ns()
        found = HASHERS[algorithm](os.path.join(folder, name))
        self.record(folder, name, stat, found, began, algorithm)
        return found

    def lookup(self, folder: str, name: str, stat: os.stat_result, algorithm: str = MD5) -> str | None:
        """What is known of folder/name, if its stamp is still the same."""
        rows = self._folders.get((algorithm, folder))
        if rows is None:
            rows = self._open_folder(algorithm, folder)
        row = rows.get(os.fsencode(name))
        if row is None:
            return None
        size, mtime, ctime, inode, md5 = row
        if size != stat.st_size or mtime != stat.st_mtime_ns or inode != stat.st_ino:
            return None
        if ctime != stat.st_ctime_ns and (stat.st_mode & 0o222 or stat.st_nlink == 1):
            return None
        return md5.hex()

    def record(
        self, folder: str, name: str, stat: os.stat_result, md5: str, began_ns: int, algorithm: str = MD5
    ) -> None:
        """Remember the md5 of content that was read (or written by us) at `began_ns` or later."""
        if not is_settled(stat.st_mtime_ns, began_ns):
            return
        row = (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, bytes.fromhex(md5))
        key = os.fsencode(name)
        with self._lock:
            self._open_folder(algorithm, folder)[key] = row
            self._learnt.setdefault(_folder_key(algorithm, folder), {})[key] = row

    def _open_folder(self, algorithm: str, folder: str) -> dict[bytes, Row]:
        with self._lock:
            rows = self._folders.get((algorithm, folder))
            if rows is None:
                rows = {}
                for payload in self._read_log().get(_folder_key(algorithm, folder), ()):
                    rows.update(decode(payload))
                self._folders[(algorithm, folder)] = rows
            return rows

    def _read_log(self) -> dict[bytes, list[bytes]]:
        if self._blocks is None:
            try:
                self._blocks = find_blocks(self._path.read_bytes()) if self._path else {}
            except OSError:
                self._blocks = {}
        return self._blocks

    def flush(self) -> None:
        """Write what was learnt since the last flush."""
        with self._lock:
            learnt, self._learnt = self._learnt, {}
        if not learnt or self._path is None:
            return
        try:
            size = append(self._path, b"".join(encode(folder, rows) for folder, rows in learnt.items()))
            if size > _COMPACT_BYTES and size > _COMPACT_GROWTH * self._compacted_size():
                compact(self._path)
                self._note_compacted_size()
        except OSError:
            return  # a memo that can't be written only costs time

    def _compacted_size(self) -> int:
        try:
            return int(self._size_note().read_text())
        except (OSError, ValueError):
            return 0

    def _note_compacted_size(self) -> None:
        if self._path is not None:
            self._size_note().write_text(str(self._path.stat().st_size))

    def _size_note(self) -> Path:
        assert self._path is not None
        return self._path.with_suffix(".compacted")

    def close(self) -> None:
        self.flush()

    def __enter__(self) -> Memo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _folder_key(algorithm: str, folder: str) -> bytes:
    """How a folder is named in the log: text hashes of DVC 2 must not be taken for those of bytes."""
    key = os.fsencode(folder)
    return key if algorithm == MD5 else algorithm.encode() + b"\0" + key
