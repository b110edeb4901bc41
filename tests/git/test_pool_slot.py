"""Who may take a place of the pool."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

from gitexp.git import pool_slot
from gitexp.git.lease import SUFFIX
from gitexp.git.pool_slot import HEARTBEAT, Slot


def refuse(handle: int, operation: int) -> None:
    """flock, as a file system without locks has it."""
    raise OSError(errno.ENOLCK, "No locks available")


def claimed(pool: Path, number: int = 1) -> Slot:
    slot = pool_slot.claim(pool, number)
    assert slot is not None
    return slot


def sign_for(pool: Path, host: str, seconds_ago: float) -> None:
    """A claim of place 1 by a process of `host`."""
    slot = claimed(pool)
    slot.owner_file.write_text(f"{host}\nboot\n4242\n")
    moment = time.time() - seconds_ago
    os.utime(slot.owner_file, (moment, moment))
    pool_slot.free(slot)


def test_a_place_is_claimed_once_and_again_when_free(work: Path) -> None:
    slot = claimed(work)
    assert pool_slot.claim(work, 1) is None
    assert claimed(work, 2).id == "002"
    pool_slot.free(slot)
    assert claimed(work).id == "001"
    assert pool_slot.numbers(work) == [1, 2]


def test_without_flock_a_lease_decides(work: Path) -> None:
    slot = pool_slot.claim(work, 1, refuse)
    assert slot is not None
    assert pool_slot.claim(work, 1, refuse) is None
    pool_slot.free(slot)
    again = pool_slot.claim(work, 1, refuse)
    assert again is not None
    pool_slot.free(again)
    with pool_slot.alone(work / "l", refuse):
        assert (work / f"l{SUFFIX}").exists()
    assert not (work / f"l{SUFFIX}").exists()


def test_the_owner_is_known_until_it_signs_off(work: Path) -> None:
    slot = claimed(work)
    assert pool_slot.owner_of(slot) is None
    pool_slot.sign(slot)
    owner = pool_slot.owner_of(slot)
    assert owner is not None and owner.pid == os.getpid()


def test_another_host_that_shows_life_is_believed(work: Path) -> None:
    sign_for(work, "node17", seconds_ago=HEARTBEAT)
    assert pool_slot.claim(work, 1) is None


def test_another_host_that_went_silent_has_lost_its_place(work: Path) -> None:
    sign_for(work, "node17", seconds_ago=10 * HEARTBEAT)
    assert claimed(work).id == "001"


def test_on_this_host_the_lock_decides_whatever_the_owner_file_says(work: Path) -> None:
    sign_for(work, os.uname().nodename, seconds_ago=0)
    assert claimed(work).id == "001"


def test_a_heartbeat_renews_the_claim(work: Path) -> None:
    slot = claimed(work)
    pool_slot.sign(slot)
    os.utime(slot.owner_file, (1, 1))
    pool_slot.beat(slot)
    assert time.time() - slot.owner_file.stat().st_mtime < HEARTBEAT


def test_a_damaged_owner_file_is_nobodys_claim(work: Path) -> None:
    slot = claimed(work)
    slot.owner_file.write_bytes(b"half")
    assert pool_slot.owner_of(slot) is None
