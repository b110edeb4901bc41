"""One place of the worktree pool: who holds it, and what is remembered of it between runs.

    .git/gitexp/worktrees/001         the checkout, given to stage commands
    .git/gitexp/worktrees/001.slot/   ours, never seen by them:
        lock       flocked while the checkout is in use; never deleted, so that all see the same file
        owner      who uses it (see owner.py); its mtime is a heartbeat
        index      the index as the last checkout left it, with its stat cache
        tracked    the paths that checkout wrote; its mtime is the moment it was complete
        tree       the tree whose paths those are
        setup      what the checkout depends on beside the tree (sparse patterns, worktree config)
    .git/gitexp/worktrees/add.lock    flocked while a worktree is made, here or in a pool elsewhere

flock is what decides on one machine: the kernel drops it when the holder dies, and a child that inherits
the descriptor keeps it, so a run whose `exp` was killed blocks its worktree while its commands live. Where it
does not reach other hosts, or is refused altogether, a lease is taken as well (see lease.py); and a fresh
heartbeat of another host is believed.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.git.lease import Flock, Lease, flock_reaches, is_refusal, take_lease
from gitexp.git.owner import Owner, owner_lines, read_owner, this_process

HEARTBEAT = 20.0  # seconds between two signs of life
_LOOK = 0.05  # seconds between looks at a lease
_SILENCE = 6 * HEARTBEAT  # after which another host's claim is void


@dataclass(frozen=True, slots=True)
class Slot:
    """A claimed place; `lock` is the open, flocked descriptor."""

    checkout: Path
    state: Path
    lock: int
    lease: Lease | None = None  # holds the place where there is no flock

    @property
    def id(self) -> str:
        return self.checkout.name

    @property
    def owner_file(self) -> Path:
        return self.state / "owner"

    @property
    def index_file(self) -> Path:
        return self.state / "index"

    @property
    def tracked_file(self) -> Path:
        return self.state / "tracked"

    @property
    def tree_file(self) -> Path:
        return self.state / "tree"

    @property
    def setup_file(self) -> Path:
        return self.state / "setup"


def claim(pool: Path, number: int, flock: Flock = fcntl.flock) -> Slot | None:
    """Take place `number` of the pool; None when somebody has it. What was left there is still there."""
    checkout = pool / f"{number:03}"
    state = pool / f"{number:03}.slot"
    state.mkdir(parents=True, exist_ok=True)
    lock = os.open(state / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    slot = Slot(checkout, state, lock)
    try:
        reaches = _flocked(lock, fcntl.LOCK_EX | fcntl.LOCK_NB, state, flock)
    except BlockingIOError:
        os.close(lock)
        return None
    except OSError as error:
        os.close(lock)
        raise ExpError(f"{state} can't be locked: {error.strerror}.") from error
    if not reaches:
        lease = take_lease(state / "lock")
        if lease is None:
            os.close(lock)
            return None
        slot = replace(slot, lease=lease)
    if _held_elsewhere(slot):
        free(slot)
        return None
    return slot


def sign(slot: Slot) -> None:
    """Write down that this process holds the slot."""
    write_atomic(slot.owner_file, owner_lines(this_process()).encode())


def beat(slot: Slot) -> None:
    """A sign of life, for other hosts."""
    try:
        os.utime(slot.owner_file)
    except FileNotFoundError:
        sign(slot)


@contextmanager
def alone(path: Path, flock: Flock = fcntl.flock) -> Iterator[None]:
    """Hold the lock file `path` while the block runs; waits for whoever has it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    lease: Lease | None = None
    try:
        if not _flocked(lock, fcntl.LOCK_EX, path.parent, flock):
            while (lease := take_lease(path)) is None:
                time.sleep(_LOOK)
        yield
    finally:
        os.close(lock)
        if lease is not None:
            lease.release()


def _flocked(lock: int, operation: int, folder: Path, flock: Flock) -> bool:
    """Take the flock, where there is such a thing; whether other hosts that see the folder see it, too.

    Raises OSError as the system does, BlockingIOError among them.
    """
    try:
        flock(lock, operation)
    except OSError as error:
        if not is_refusal(error):
            raise
        return False
    return flock_reaches(folder)


def free(slot: Slot) -> None:
    """Let go of the lock, also for children that inherited it."""
    if slot.lease is not None:
        slot.lease.release()
    with suppress(OSError):  # where there is no flock, we hold none
        fcntl.flock(slot.lock, fcntl.LOCK_UN)
    os.close(slot.lock)


def owner_of(slot: Slot) -> Owner | None:
    """Who signed and did not sign off; None for a slot that was handed back in order."""
    return read_owner(slot.owner_file)


def numbers(pool: Path) -> list[int]:
    """The places that exist."""
    return sorted(int(path.stem) for path in pool.glob("*.slot") if path.stem.isdigit())


def _held_elsewhere(slot: Slot) -> bool:
    owner = owner_of(slot)
    if owner is None or owner.is_here:
        return False  # on this host the lock we hold has the last word
    try:
        return time.time() - slot.owner_file.stat().st_mtime < _SILENCE
    except FileNotFoundError:
        return False
