"""What other hosts do is heard over NFS: its client answers from memory, unless a file or folder is opened.

There is no NFS server in tests; that the folders are opened before their names are looked up is what counts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gitexp.atomic import ask_server
from gitexp.experiment.request import Attempt
from gitexp.git.owner import this_process
from gitexp.queue.board import Board
from gitexp.queue.crew import on_duty, say_alive
from gitexp.queue.follow import read_log
from gitexp.queue.job import QueuedJob
from gitexp.queue.named import RunLog

_opened: list[Path] | None = None


def _hear(event: str, words: tuple[object, ...]) -> None:
    if event == "open" and _opened is not None and isinstance(words[0], (str, bytes, os.PathLike)):
        _opened.append(Path(os.fsdecode(words[0])))


sys.addaudithook(_hear)


@contextmanager
def opened() -> Iterator[list[Path]]:
    """What the block opens, in order."""
    global _opened
    heard: list[Path] = []
    _opened = heard
    try:
        yield heard
    finally:
        _opened = None


def test_what_is_missing_is_asked_of_the_nearest_folder_that_is_there(work: Path) -> None:
    with opened() as asked:
        ask_server(work / "queue" / "kill")
    assert asked == [work / "queue" / "kill", work / "queue", work]


def test_a_heartbeat_asks_for_the_entry_and_for_requests_to_kill_it(work: Path) -> None:
    board = Board(work)
    board.put(QueuedJob("id1", 1, Attempt("a", "b" * 40, "t" * 40), "s" * 40, 0.0))
    mine = board.claim(this_process())
    assert mine is not None
    with opened() as asked:
        assert board.beat(mine)
    assert {work / "running", work / "kill"} <= set(asked)


def test_a_workers_heartbeat_asks_for_what_it_was_told(work: Path) -> None:
    with on_duty(work) as me, opened() as asked:
        say_alive(me)
    assert work / "workers" in asked


def test_who_follows_a_log_asks_whether_the_run_goes_on_and_what_it_wrote(work: Path) -> None:
    log, running = work / "log", work / "running" / "id1"
    running.parent.mkdir()
    log.write_bytes(b"one\n")
    running.touch()
    with opened() as asked:
        pieces = read_log(RunLog("id1", log, running), follow=True)
        assert next(pieces) == b"one\n"
        with log.open("ab") as file:
            file.write(b"two\n")
        running.unlink()
        assert b"".join(pieces) == b"two\n"
    assert asked.count(running.parent) == 2
    assert asked.count(log) >= 3
