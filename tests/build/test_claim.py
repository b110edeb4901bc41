"""Claims between threads: flock treats two open files of one process like two processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gitexp.build.claim import Unclaimed, claim, claim_all
from gitexp.build.stop import Stop


def unasked() -> None:
    raise AssertionError("nobody else has the claim")


def test_a_free_claim_is_had_at_once_and_leaves_nothing(work: Path) -> None:
    with claim(work, "k", Stop(), unasked) as waited:
        assert not waited
    assert list(work.iterdir()) == []


def test_different_keys_do_not_wait_for_each_other(work: Path) -> None:
    with claim(work, "a", Stop(), unasked), claim(work, "b", Stop(), unasked):
        assert sorted(path.name for path in work.iterdir()) == ["a", "b"]


def test_many_who_want_the_same_have_it_one_after_another(work: Path) -> None:
    inside, most, waits = 0, 0, []
    began = threading.Barrier(8)

    def want() -> None:
        nonlocal inside, most
        began.wait()
        for _ in range(20):
            with claim(work, "k", Stop(), lambda: waits.append(1)):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=want) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert list(work.iterdir()) == []


def test_the_claim_of_a_dead_process_is_free(work: Path) -> None:
    code = "import fcntl, os, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); os._exit(9)"
    subprocess.run([sys.executable, "-c", code, str(work / "k")], check=False)
    assert (work / "k").exists()
    with claim(work, "k", Stop(), unasked) as waited:
        assert not waited


def test_who_waits_is_told_once_and_can_be_stopped(work: Path) -> None:
    stop, told = Stop(), []

    def on_wait() -> None:
        told.append(1)
        stop.ask()

    with (
        claim(work, "k", Stop(), unasked),
        pytest.raises(Unclaimed),
        claim(work, "k", stop, on_wait),
    ):
        raise AssertionError("had a claim that another holds")
    assert told == [1]


def test_several_claims_are_taken_in_one_order(work: Path) -> None:
    with claim_all(work, ["gpu", "disk", "gpu"], Stop(), unasked):
        assert sorted(os.listdir(work)) == ["disk", "gpu"]
    assert os.listdir(work) == []
