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
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.memory.folder import AtHand, MemoFolder
from gitexp.cache.memory.log import Log, Place, append, compact, encode, pack, unpack

FINE_TICK_NS = 20_000_000  # clocks behind file stamps tick every 1 to 10 ms
COARSE_TICK_NS = 2_000_000_000  # FAT and old network file systems: whole seconds, even ones

_WORTH_WAITING_BYTES = 8 << 20  # md5 takes about 12 ms for these: as long as the wait
_COMPACT_BYTES = 4 << 20  # below this a log full of dead entries costs nothing
_COMPACT_GROWTH = 2
_SPILL = 1 << 14  # rows that are learnt before they are written


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
    `close`: what was learnt is written then, and now and then before.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._log: Log | None = None
        self._places: dict[bytes, list[tuple[Log, Place]]] = {}
        self._folders: dict[tuple[str, str], MemoFolder] = {}
        self._at_hand = AtHand()
        self._learnt: dict[tuple[str, str], dict[bytes, bytes]] = {}
        self._waiting = 0  # rows that were learnt and not written
        self._fresh = 0  # bytes of rows of files that nothing was known of
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
        row = self._find(algorithm, folder, os.fsencode(name))
        if row is None:
            return None
        size, mtime, ctime, inode, md5 = unpack(row)
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
        row = pack((stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino, bytes.fromhex(md5)))
        key = os.fsencode(name)
        with self._lock:
            if self._find(algorithm, folder, key) is None:
                self._fresh += len(key) + len(row)
            self._learnt.setdefault((algorithm, folder), {})[key] = row
            self._waiting += 1
            if self._waiting >= _SPILL and self._path is not None:
                self.flush()

    def _find(self, algorithm: str, folder: str, name: bytes) -> bytes | None:
        learnt = self._learnt.get((algorithm, folder))
        row = learnt.get(name) if learnt is not None else None
        return row if row is not None else self._known(algorithm, folder).find(name)

    def _known(self, algorithm: str, folder: str) -> MemoFolder:
        found = self._folders.get((algorithm, folder))
        if found is None:
            found = self._open_folder(algorithm, folder)
        return found

    def _open_folder(self, algorithm: str, folder: str) -> MemoFolder:
        with self._lock:
            self._read_log()
            found = MemoFolder(self._at_hand)
            for block in self._places.pop(_folder_key(algorithm, folder), ()):
                found.add(block)
            self._folders[(algorithm, folder)] = found
            return found

    def _read_log(self) -> None:
        """Learn where blocks are that were appended since."""
        if self._log is None and self._path is not None:
            with suppress(OSError):
                self._log = Log(self._path)
                self._find_places(self._log)

    def _find_places(self, log: Log) -> None:
        opened = {_folder_key(*key): folder for key, folder in self._folders.items()}
        for folder, place in log.new_blocks():
            if folder in opened:
                opened[folder].add((log, place))
            else:
                self._places.setdefault(folder, []).append((log, place))

    def flush(self) -> None:
        """Write what was learnt since the last flush."""
        with self._lock:
            if not self._learnt or self._path is None:
                return
            learnt = {_folder_key(*key): rows for key, rows in self._learnt.items()}
            self._read_log()
            try:
                size = append(self._path, b"".join(encode(folder, rows) for folder, rows in learnt.items()))
                if self._log is None or not self._log.is_at(self._path):
                    self._log = Log(self._path)
                self._find_places(self._log)
            except OSError:
                return  # a memo that can't be written only costs time
            finally:
                self._learnt, self._waiting = {}, 0
            with suppress(OSError, ValueError):
                self._compact_if_due(self._path, size)

    def _compact_if_due(self, path: Path, size: int) -> None:
        """The note beside the log says how large it would be without what is overridden (as we know)."""
        note = path.with_suffix(".compacted")
        needed = int(note.read_text()) if note.exists() else 0
        needed += self._fresh
        if size > _COMPACT_BYTES and size > _COMPACT_GROWTH * needed:
            compact(path)
            needed = path.stat().st_size
        note.write_text(str(needed))
        self._fresh = 0

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
