from __future__ import annotations

import os
from pathlib import Path

import pytest

from gitexp.build.dvc_lock import DvcAtWork, dvc_lock


def test_the_lock_names_its_owner_as_dvc_does(work: Path) -> None:
    with dvc_lock(work):
        assert (work / ".dvc/tmp/lock").read_text() == f" {os.getpid()}\n"


def test_who_finds_it_held_says_by_whom(work: Path) -> None:
    with dvc_lock(work), pytest.raises(DvcAtWork, match=f"process {os.getpid()} holds"), dvc_lock(work, 0):
        raise AssertionError("had a lock that another holds")


def test_it_is_free_afterwards(work: Path) -> None:
    with dvc_lock(work):
        pass
    with dvc_lock(work, 0):
        pass
