"""Publishes how the runs of one process get on, for whoever watches: `exp watch`, `exp queue status`.

A run changes its note in memory; one thread writes what has changed to disk, at most twice a second, and
touches the rest now and then as a heartbeat. A run of a few milliseconds costs two small files.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.build.events import Event, Planned
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.experiment.jobs.joblog import Job
from gitexp.experiment.jobs.run_note import RunNote, StageNote, ended_file, running_file
from gitexp.experiment.jobs.stage_after import stage_after
from gitexp.experiment.json_record import dump_record
from gitexp.git.repo import Repo

PERIOD = 0.5  # seconds between two looks at what has changed
HEARTBEAT = 10.0  # seconds after which an unchanged note is touched


class Journal:
    """The notes of the runs of one process. For any thread."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._open: dict[str, NoteKeeper] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, job: Job, note: RunNote) -> NoteKeeper:
        """Publish a run that begins now."""
        keeper = NoteKeeper(job, note, running_file(self._repo, job.id), self._forget)
        keeper.write()
        with self._lock:
            self._open[job.id] = keeper
            if self._thread is None:
                self._thread = threading.Thread(target=self._publish, daemon=True)
                self._thread.start()
        return keeper

    def close(self) -> None:
        """Stop publishing. Notes of runs that never ended stay, for `lost_runs` to find."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _forget(self, identity: str) -> None:
        with self._lock:
            self._open.pop(identity, None)

    def _publish(self) -> None:
        while not self._over.wait(PERIOD):
            with self._lock:
                keepers = list(self._open.values())
            for keeper in keepers:
                keeper.publish()


class NoteKeeper:
    """The note of one run: told what happens, it says so on disk."""

    def __init__(self, job: Job, note: RunNote, path: Path, forget: Callable[[str], None]) -> None:
        self._job, self._note, self._path, self._forget = job, note, path, forget
        self._stages = {stage.stage: stage for stage in note.stages}
        self._lock = threading.Lock()
        self._changed = False
        self._written = 0.0
        self._ended = False

    @property
    def note(self) -> RunNote:
        return replace(self._note, stages=tuple(self._stages.values()))

    def take(self, event: Event) -> None:
        """A build event. Output is in the log already."""
        now = time.time()
        with self._lock:
            if isinstance(event, Planned):
                self._stages = {
                    step.stage.address: StageNote(step.stage.address) for step in event.plan.steps
                }
            elif (after := stage_after(self._stages, event, now)) is not None:
                self._stages[after.stage] = after
            else:
                return
            self._changed = True

    def use(self, devices: tuple[str, ...], taken: bool) -> None:
        """A command has taken devices, or has given them back."""
        with self._lock:
            kept = tuple(name for name in self._note.devices if name not in devices)
            self._note = replace(self._note, devices=(*kept, *devices) if taken else kept)
            self._changed = True

    def publish(self) -> None:
        """Write what has changed since the last time, or show that the run lives."""
        # A full disk must not end the run: it is told again next time.
        with suppress(OSError):
            if self._changed:
                self.write()
            elif time.monotonic() - self._written > HEARTBEAT:
                self._written = time.monotonic()
                os.utime(self._path)

    def write(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._changed = False
            self._written = time.monotonic()
            write_atomic(self._path, dump_record(self.note))

    @contextmanager
    def told(self) -> Iterator[None]:
        """What is raised inside is how the run ended."""
        try:
            yield
        except BaseException as error:
            words = error.message if isinstance(error, ExpError) else repr(error)
            failed = Ending("failed", message=words, seconds=time.time() - self._note.began, at=time.time())
            with suppress(OSError):  # a full disk, perhaps: the error itself is what counts
                self.end(failed, self._note.name)
            raise

    def end(self, ending: Ending, name: str) -> None:
        """The run is over: its note moves to its log. `name` is what it is called in the end."""
        with self._lock:
            self._ended = True
            attempt = replace(self._note.attempt, name=name)
            self._note = replace(self._note, attempt=attempt, root="", devices=(), ending=ending)
            write_atomic(ended_file(self._job), dump_record(self.note))
            self._path.unlink(missing_ok=True)
        self._forget(self._job.id)

    def drop(self) -> None:
        """The run never came to anything that could be told."""
        with self._lock:
            self._ended = True
            self._path.unlink(missing_ok=True)
        self._forget(self._job.id)
