"""Locks where there is no flock: a file made once, a heartbeat, a holder who died."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from gitexp.build.claim import Unclaimed, claim, live_claims
from gitexp.build.stop import Stop
from gitexp.git.lease import SUFFIX, reaches, take_lease
from gitexp.git.owner import Owner, owner_lines
from tests.programs import start

_HOLD = """
import sys, time
from pathlib import Path
from gitexp.git.lease import take_lease
held = take_lease(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def refuse(handle: int, operation: int) -> None:
    """flock, as a file system without locks has it."""
    raise OSError(errno.ENOLCK, "No locks available")


def test_where_flock_is_refused_many_have_a_claim_one_after_another(work: Path) -> None:
    inside, most, done = 0, 0, []
    began = threading.Barrier(6)

    def want() -> None:
        nonlocal inside, most
        began.wait()
        for _ in range(5):
            with claim(work, "k", Stop(), lambda: None, refuse):
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1
        done.append(1)

    threads = [threading.Thread(target=want) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, len(done)) == (1, 6)
    assert list(work.iterdir()) == []


def test_a_held_lease_is_a_live_claim_and_who_waits_can_be_stopped(work: Path) -> None:
    with claim(work, "k", Stop(), lambda: None, refuse):
        assert len(live_claims(work)) == 1
        stop = Stop()
        with pytest.raises(Unclaimed), claim(work, "k", stop, stop.ask, refuse):
            raise AssertionError("both had it")
    assert live_claims(work) == []


def test_the_lease_of_a_killed_process_is_taken_over(work: Path) -> None:
    holder = start(work, (sys.executable, "-c", _HOLD, str(work / "k")))
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    assert take_lease(work / "k") is None
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    held = take_lease(work / "k")
    assert held is not None
    held.release()
    assert list(work.iterdir()) == []


def test_of_another_host_its_heartbeat_decides(work: Path) -> None:
    lease = work / f"k{SUFFIX}"
    lease.write_text(owner_lines(Owner("elsewhere", "boot", 1, "now")))
    assert take_lease(work / "k") is None
    os.utime(lease, (time.time() - 300,) * 2)
    held = take_lease(work / "k")
    assert held is not None
    lease.write_text(owner_lines(Owner("elsewhere", "boot", 2, "now")))  # it has taken us for dead
    held.release()
    assert lease.exists()


@pytest.mark.parametrize(
    ("mount", "well"),
    [
        ("ext4 /dev/sda1 rw", True),
        ("nfs4 server:/home rw,vers=4.2,local_lock=none", True),
        ("nfs server:/home rw,vers=3,nolock,local_lock=all", False),
        ("nfs4 server:/home rw,vers=4.1,local_lock=flock", False),
        ("lustre mds@tcp:/work rw,flock", True),
        ("lustre mds@tcp:/work rw,localflock", False),
    ],
)
def test_how_far_flock_reaches_stands_in_the_mount(mount: str, well: bool) -> None:
    other = "22 1 8:1 / / rw shared:1 - nfs4 server:/ rw,nolock"
    assert reaches([other, f"36 22 0:33 / /home rw shared:2 - {mount}"], "0:33") is well
