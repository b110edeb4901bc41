"""Looks at what runs, whoever started it, and at what has ended since: the data of `exp watch`.

A look lists a folder of what runs now and asks the metrics files for their times; only what has changed is
read. So a look a second costs next to nothing, however many experiments there are.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.jobs.joblog import Job, jobs_folder
from gitexp.experiment.jobs.run_note import RunNote, ended_file, read_note, running_folder
from gitexp.git.owner import is_gone
from gitexp.git.repo import Repo
from gitexp.pipeline.params import flatten, parse_params
from gitexp.queue.board import Board, board_folder, open_board
from gitexp.queue.crew import workers
from gitexp.queue.job import Place
from gitexp.queue.live_history import steps_of

_HISTORY = 24  # values of a metric that are remembered
_ALWAYS = "dvclive/metrics.json"  # where DVCLive writes when nothing else is said


@dataclass(frozen=True, slots=True)
class Trace:
    """A metric of a run: its values by step where DVCLive keeps them, else as they were seen; the last one is
    the one it has now."""

    key: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """One run: its note, and its metrics as far as there are any. `lost`: its process is gone."""

    note: RunNote
    traces: tuple[Trace, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """What is going on. `ended`: since the lookout began, in the order in which they were seen to end."""

    running: tuple[Sight, ...]
    ended: tuple[Sight, ...]
    waiting: int
    held: int
    workers: int
    seconds: float  # since the lookout began
    submitted: int = 0  # of those that wait, how many an engine has
    put_back: int = 0  # how many more wait because their worker or job was lost


class Lookout:
    """Keeps what it has seen between looks."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._board: Board = open_board(repo)
        self._began = time.monotonic()
        self._jobs = _Folder(jobs_folder(repo))
        self._known = set(self._jobs.names())
        self._open: dict[str, _Run] = {}
        self._ended: list[Sight] = []

    def look(self) -> Picture:
        """What there is to see now."""
        running = {path.stem: path for path in sorted(running_folder(self._repo).glob("*.json"))}
        for identity in [*running, *(name for name in self._jobs.names() if name not in self._known)]:
            self._known.add(identity)
            self._open.setdefault(identity, _Run())
        sights, over = [], []
        for identity, run in list(self._open.items()):
            sight = run.look(running.get(identity))
            if identity in running and sight is not None:
                sights.append(sight)
            elif identity not in running:
                over += self._close(identity, run)
        self._ended += sorted(over, key=_end)
        return Picture(
            running=tuple(sights),
            ended=tuple(self._ended),
            waiting=len(self._board.names(Place.QUEUED)) + len(self._board.names(Place.SUBMITTED)),
            held=len(self._board.names(Place.HELD)),
            workers=len(workers(board_folder(self._repo))),
            seconds=time.monotonic() - self._began,
            submitted=len(self._board.names(Place.SUBMITTED)),
            put_back=sum(slip.lost > 0 for _, slip in self._board.slips(Place.QUEUED)),
        )

    def _close(self, identity: str, run: _Run) -> list[Sight]:
        """A run that is no longer there has ended, when it says so itself; else it was killed."""
        note = read_note(ended_file(Job(identity, jobs_folder(self._repo) / identity)))
        if note is None or note.ending is None:
            return []
        del self._open[identity]
        return [Sight(note, run.traces())]


def _end(sight: Sight) -> float:
    return sight.note.ending.at if sight.note.ending else 0.0


@dataclass(slots=True)
class _Folder:
    """The names in a folder, listed again only when it has changed."""

    path: Path
    _stamp: int = -1
    _names: tuple[str, ...] = ()

    def names(self) -> tuple[str, ...]:
        try:
            stamp = self.path.stat().st_mtime_ns
            # Within the tick of the clock it may change again unseen.
            if stamp != self._stamp or time.time_ns() - stamp < 100_000_000:
                self._stamp, self._names = stamp, tuple(sorted(os.listdir(self.path)))
        except FileNotFoundError:
            self._names = ()
        return self._names


@dataclass(slots=True)
class _Run:
    """What is remembered of a run that goes on."""

    note: RunNote | None = None
    _stamp: int = -1
    _files: dict[str, int] = field(default_factory=dict)  # metrics file -> mtime when read
    _values: dict[str, deque[float]] = field(default_factory=dict)

    def look(self, path: Path | None) -> Sight | None:
        """The run now; None when it has left no note (any more)."""
        try:
            status = path.stat() if path is not None else None
        except FileNotFoundError:
            status = None
        if path is None or status is None:
            return None
        if status.st_mtime_ns != self._stamp or self.note is None:
            self.note, self._stamp = read_note(path) or self.note, status.st_mtime_ns
        if self.note is None:
            return None
        self._read_metrics(self.note)
        return Sight(self.note, self.traces(), is_gone(self.note.owner, time.time() - status.st_mtime))

    def traces(self) -> tuple[Trace, ...]:
        return tuple(Trace(key, tuple(values)) for key, values in self._values.items())

    def _read_metrics(self, note: RunNote) -> None:
        for file in dict.fromkeys([*note.metrics, _ALWAYS]):
            path = Path(note.root, file)
            try:
                stamp = path.stat().st_mtime_ns
                if note.root and stamp != self._files.get(file):
                    for key, value in _numbers(file, path.read_bytes()):
                        steps = steps_of(path, key, _HISTORY)
                        if steps:
                            self._values[key] = deque(steps, maxlen=_HISTORY)
                        else:
                            self._values.setdefault(key, deque(maxlen=_HISTORY)).append(value)
                    self._files[file] = stamp
            except (OSError, ExpError):
                continue  # not there yet, or half written: the next look will tell


def _numbers(file: str, text: bytes) -> Iterator[tuple[str, float]]:
    values = parse_params(file, text)
    found = flatten(values) if isinstance(values, dict) else {}
    for key, value in found.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            yield key, float(value)
