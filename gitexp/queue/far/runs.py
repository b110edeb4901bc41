"""The runs elsewhere that this process is at: how others ask them to stop, and how they get on.

A worker's machine shares nothing with the queue, so nobody looks at its files: whoever can call a function
in its process (an engine can) asks here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path

from gitexp.build.stop import Stop
from gitexp.dataclass import dataclass
from gitexp.experiment.jobs.joblog import job_of_entry
from gitexp.experiment.jobs.run_note import RunNote, read_note, running_file
from gitexp.git.repo import Repo

PIECE = 1 << 18  # bytes of a log that are told at once
_LARGEST = 1 << 18  # bytes of a metrics file that is told
_ALWAYS = "dvclive/metrics.json"


@dataclass(slots=True)
class FarRun:
    """One run, and how to stop it. `clone`: where its note and its log are, once it has begun."""

    stop: Stop = field(default_factory=Stop)
    killed: bool = False
    abandoned: bool = False
    clone: Repo | None = None

    def kill(self) -> None:
        """Stop it: it is kept as interrupted, and that is told."""
        self.killed = True
        self.stop.ask()

    def abandon(self) -> None:
        """Stop it and tell nobody: it is run elsewhere, or not wanted any more."""
        self.abandoned = True
        self.stop.ask()


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run gets on. `log`: what is in its log from `offset` on; `metrics`: its metrics files."""

    note: RunNote
    offset: int = 0
    log: bytes = b""
    metrics: tuple[tuple[str, bytes], ...] = ()


_lock = threading.Lock()
_runs: dict[str, FarRun] = {}


@contextmanager
def under_way(entry: str, run: FarRun | None = None) -> Iterator[FarRun]:
    """While the block runs the entry's run can be asked about here."""
    mine = run or FarRun()
    with _lock:
        _runs[entry] = mine
    try:
        yield mine
    finally:
        with _lock:
            if _runs.get(entry) is mine:
                del _runs[entry]


def find_run(entry: str) -> FarRun | None:
    """The run of an entry in this process."""
    with _lock:
        return _runs.get(entry)


def progress_of(entry: str, offset: int = 0) -> Progress | None:
    """How the run of an entry gets on, with its log from `offset` bytes on; None when it is not at it."""
    run = find_run(entry)
    if run is None or run.clone is None:
        return None
    note = read_note(running_file(run.clone, entry))
    if note is None:
        return None
    path = job_of_entry(run.clone, entry).log
    size = path.stat().st_size if path.exists() else 0
    offset = offset if offset <= size else 0  # of an earlier try, elsewhere
    files = dict.fromkeys([*note.metrics, _ALWAYS])
    found = [(file, _read(Path(note.root, file), 0, _LARGEST)) for file in files]
    metrics = tuple((file, data) for file, data in found if data)
    return Progress(replace(note, root=""), offset, _read(path, offset, PIECE), metrics)


def _read(path: Path, offset: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except OSError:
        return b""
