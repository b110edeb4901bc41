"""Rows read by several processes."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from gitexp.experiment.table.row_reading import ENOUGH, ReadLine, processes_for, read_apart


def test_each_is_read_once_and_none_is_left_out_for_good() -> None:
    commits = [str(number) for number in range(5000)]
    text = read_apart(commits, 3, lambda: lambda commit: None if commit == "7" else f"{commit}\n".encode())
    assert sorted(text.decode().split(), key=int) == [commit for commit in commits if commit != "7"]


def test_a_process_that_dies_costs_its_share_only() -> None:
    def start() -> ReadLine:
        return lambda commit: b"x" * 100_000 if commit != "1" else os._exit(9)

    assert read_apart(["0", "1", "2", "3"], 2, start) == b"x" * 200_000


def test_few_are_read_here() -> None:
    assert processes_for(ENOUGH - 1) == 1
    assert 1 <= processes_for(100 * ENOUGH) <= 8


def test_beside_threads_nothing_is_forked() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(processes_for, 100 * ENOUGH).result() == 1
