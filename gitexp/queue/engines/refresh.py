"""While somebody looks, engines are asked again and again: what runs elsewhere is shown, and taken in.

Nobody asks them else. When no engine has anything this costs a look at one folder.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gitexp.errors import ExpError
from gitexp.project import Project
from gitexp.queue.board import board_folder
from gitexp.queue.engines.reconcile import reconcile
from gitexp.queue.engines.tickets import Tickets
from gitexp.queue.named import queued_job

PERIOD = 3.0  # seconds between two questions


def ask_now(project: Project) -> None:
    """Ask once. An engine that does not answer changes nothing."""
    with suppress(ExpError):
        reconcile(project)


def ask_about(project: Project, word: str) -> bool:
    """Ask if the entry called `word` is at an engine; whether it is."""
    job = queued_job(project.repo, word)
    theirs = job is not None and Tickets(board_folder(project.repo)).get(job.id) is not None
    if theirs:
        ask_now(project)
    return theirs


@contextmanager
def asking(project: Project, wanted: bool = True) -> Iterator[None]:
    """While the block runs, and if it is `wanted`, engines are asked in a thread of its own."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(PERIOD):
            with suppress(OSError):  # a full disk: it is told by those who write here
                ask_now(project)

    thread = threading.Thread(target=ask, daemon=True)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        over.set()  # a question on its way is not waited for
