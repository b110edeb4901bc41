"""A lock for file systems on which flock does not do: a file that is there or not, and a heartbeat.

    <name>.lease    made by link(2), which NFS does once; it says who holds it, its mtime is the last beat

Where flock is refused (ENOLCK, EOPNOTSUPP: NFS without a lock daemon, Lustre without -o flock), or is kept
to this host (mount options nolock, local_lock=flock, localflock), it is what two nodes can agree on. A holder
on this host is looked at; one elsewhere counts as gone after a minute of silence. It is weaker than flock:
who sleeps through that minute and wakes up has been replaced, and two who take over a dead one's lease at
the same instant may both get it. So it guards what is merely done twice then, never what would be damaged.
"""

from __future__ import annotations

import errno
import os
import threading
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from gitexp.git.owner import SILENCE, is_gone, owner_lines, read_owner, this_process

SUFFIX = ".lease"
_BEAT = 10.0  # seconds between two beats
_REFUSED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS)


class Flock(Protocol):
    """As fcntl.flock; another one in tests."""

    def __call__(self, handle: int, operation: int, /) -> object: ...


class Lease:
    """A lease that is held, with a thread that beats for it."""

    def __init__(self, path: Path) -> None:
        self._path, self._me, self._over = path, this_process(), threading.Event()
        threading.Thread(target=self._beat, daemon=True).start()

    def release(self) -> None:
        self._over.set()
        if read_owner(self._path) == self._me:  # else somebody took us for dead
            self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        while not self._over.wait(_BEAT):
            try:
                os.utime(self._path)
            except OSError:
                return


def take_lease(path: Path) -> Lease | None:
    """Take the lease of the name `path`; None while somebody else has it."""
    lease, mine = path.with_name(path.name + SUFFIX), path.with_name(f".{path.name}.{os.urandom(6).hex()}")
    mine.write_text(owner_lines(this_process()))
    try:
        now = mine.stat().st_mtime  # by the clock that stamps the other's beats, too
        for _ in range(2):
            try:
                os.link(mine, lease)
            except FileExistsError:
                if is_held(lease, now) or not _remove_dead(lease, now):
                    return None
            else:
                return Lease(lease)
        return None
    finally:
        mine.unlink(missing_ok=True)


def is_held(lease: Path, now: float) -> bool:
    """Whether a lease's holder can be at work, at a time by the file system's clock."""
    try:
        silent = now - lease.stat().st_mtime
    except FileNotFoundError:
        return False
    owner = read_owner(lease)
    return silent <= SILENCE if owner is None else not is_gone(owner, silent)


def _remove_dead(lease: Path, now: float) -> bool:
    """Remove the lease of a dead holder; False when it turns out to be another's by now."""
    aside = lease.with_name(f".{lease.name}.{os.urandom(6).hex()}")
    try:
        os.rename(lease, aside)
    except FileNotFoundError:
        return True  # somebody was faster
    living = is_held(aside, now)
    if living:
        with suppress(FileExistsError):
            os.link(aside, lease)
    aside.unlink(missing_ok=True)
    return not living


def is_refusal(error: OSError) -> bool:
    """Whether a file system said that it has no locks."""
    return error.errno in _REFUSED


def flock_reaches(folder: Path) -> bool:
    """Whether a flock in this folder is seen by all hosts that see the folder, as far as its mount tells."""
    return _reaches(folder.stat().st_dev)


@lru_cache(maxsize=64)
def _reaches(device: int) -> bool:
    try:
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return True
    return reaches(lines, f"{os.major(device)}:{os.minor(device)}")


def reaches(mountinfo: list[str], device: str) -> bool:
    """The same by the lines of /proc/self/mountinfo; `device` is 'major:minor'."""
    for line in mountinfo:
        left, _, right = line.partition(" - ")
        if left.split()[2] != device:
            continue
        kind, _, options = right.split(" ", 2)
        told = set(options.split(","))
        if kind.startswith("nfs"):
            return not told & {"nolock", "local_lock=flock", "local_lock=all"}
        return not (kind == "lustre" and "localflock" in told)
    return True
