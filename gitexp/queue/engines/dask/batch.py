"""A Dask of our own, made of jobs of a batch system: its folder, which login node and compute nodes share.

    .git/gitexp/queue/dask/<batch>/entries          an entry a line, as JSON: key, waybill, terms of its task
                                   system           the batch system, 'slurm'
                                   options          arguments of the scheduler, as JSON
                                   jobs             'scheduler 4711', 'worker 4712', …: the batch system's ids
                                   scheduler.json   where the scheduler listens; its mtime is a heartbeat
                                   cancelled/<id>   entries that are not wanted any more
                                   begun            entries that a worker has begun, an id a line
                                   over             nothing more will be done; why, unless all is done
                                   log/             what the jobs printed, unless dask-jobqueue is told where

The scheduler's own job (see `gitexp.queue.engines.dask.keeper`) reads the entries when it begins, so nobody
has to wait for it to begin.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import Exit, ExpError, near

SYSTEMS = ("htcondor", "lsf", "moab", "oar", "pbs", "sge", "slurm")
BEAT = 10.0  # seconds between two heartbeats of the scheduler
_SILENCE = 120.0  # after which a scheduler that can't be reached is taken for dead


@dataclass(frozen=True, slots=True)
class Load:
    """A task to be: its key, what it runs, and the terms of `Client.submit`."""

    entry: str
    key: str
    waybill: str
    terms: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """The jobs that one `exp queue start` has submitted to a batch system, and their folder."""

    system: str
    folder: Path

    @property
    def address(self) -> str:
        """As in a ticket: 'slurm/20260801-101112-3f2a91'."""
        return f"{self.system}/{self.folder.name}"

    @property
    def scheduler_file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def over_file(self) -> Path:
        return self.folder / "over"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def write(self, loads: Iterable[Load], options: Mapping[str, Any]) -> None:
        """Lay down what is to be run, and the arguments of the scheduler."""
        write_atomic(self.folder / "system", self.system.encode())
        write_atomic(self.folder / "options", json.dumps(dict(options)).encode())
        lines = (json.dumps([load.entry, load.key, load.waybill, load.terms]) for load in loads)
        write_atomic(self.folder / "entries", "".join(f"{line}\n" for line in lines).encode())

    def scheduler_options(self) -> dict[str, Any]:
        """The arguments of the scheduler."""
        found: dict[str, Any] = json.loads((self.folder / "options").read_text())
        return found

    def read(self) -> list[Load]:
        """What is to be run and was not cancelled."""
        lines = (self.folder / "entries").read_text().splitlines()
        loads = [Load(*json.loads(line)) for line in lines]
        return [load for load in loads if not (self.folder / "cancelled" / load.entry).exists()]

    def cancel(self, entries: Iterable[str]) -> bool:
        """Entries that need not be begun; whether that is all of them."""
        for entry in entries:
            write_atomic(self.folder / "cancelled" / entry, b"")
        return not self.read()

    def add_begun(self, entries: Iterable[str]) -> None:
        """Entries that a worker has begun. One process writes this: the scheduler's."""
        with (self.folder / "begun").open("a") as begun:
            begun.writelines(f"{entry}\n" for entry in entries)

    def begun(self) -> set[str]:
        """The entries that a worker has ever begun."""
        try:
            return set((self.folder / "begun").read_text().split())
        except FileNotFoundError:
            return set()

    def end(self, why: str = "") -> None:
        """Nothing more will be done: jobs that begin later go at once. `why`, unless its work is done."""
        write_atomic(self.over_file, why.encode())

    def why_over(self) -> str:
        """Why it ended before its work was done; empty when it was."""
        return self.over_file.read_text()

    def add_job(self, kind: str, job: str) -> None:
        with (self.folder / "jobs").open("a") as jobs:
            jobs.write(f"{kind} {job}\n")

    def jobs(self, kind: str | None = None) -> list[str]:
        """The ids of its jobs; of one kind, 'scheduler' or 'worker', if that is named."""
        try:
            lines = (self.folder / "jobs").read_text().splitlines()
        except FileNotFoundError:
            return []
        words = (line.split(None, 1) for line in lines)
        return [job for this, job in words if kind in (None, this)]

    def submitted_at(self) -> float:
        """When its last job was submitted, in seconds since the epoch."""
        try:
            return (self.folder / "jobs").stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def beat(self) -> None:
        """The scheduler lives."""
        with suppress(FileNotFoundError):
            self.scheduler_file.touch()

    def is_silent(self) -> bool:
        """Whether the scheduler has said nothing for so long that it must be dead."""
        try:
            return time.time() - self.scheduler_file.stat().st_mtime > _SILENCE
        except FileNotFoundError:
            return True


def new_batch(board: Path, system: str) -> Batch:
    """A batch with a name of its own; nothing is written yet."""
    stamp = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    return Batch(system, board / "dask" / stamp)


def batch_in(folder: Path) -> Batch:
    """The batch that has this folder."""
    return Batch((folder / "system").read_text(), folder)


def find_batch(board: Path, address: str) -> Batch | None:
    """The batch that an address means; None for an address of another kind, or a system alone."""
    system, slash, name = address.partition("/")
    if system not in SYSTEMS or not slash:
        return None
    if "/" in name or not (board / "dask" / name).is_dir():
        raise ExpError(f"there is no batch '{address}' here.")
    return Batch(system, board / "dask" / name)


def system_of(address: str) -> str | None:
    """The batch system that an address names ('slurm', 'jobqueue:slurm'); None when it names a scheduler.

    Raises ExpError for a word that is neither.
    """
    word = address.removeprefix("jobqueue:")
    if word in SYSTEMS:
        return word
    if word != address or (word and not set("/:.") & set(word) and not Path(word).exists()):
        close: Sequence[str] = near(word, list(SYSTEMS))
        hint = (
            f"did you mean {close[0]}?" if close else f"there are {', '.join(SYSTEMS)}, or tcp://HOST:8786."
        )
        raise ExpError(f"'{word}' is no batch system that dask-jobqueue knows.", hint, Exit.USAGE)
    return None
