"""The queue on disk: one small file per entry, in the folder of its place; every change of place is a rename.

    .git/gitexp/queue/queued/<order>-<id>.json            waiting, first in order first
                      held/…                              waiting until released
                      submitted/…                         given to an engine, whose job will claim it
                      running/<order>-<id>@<owner>.json   claimed; its ctime is the worker's heartbeat
                      success/… failed/…                  ended
                      kill/<id>                           somebody asks to stop it

Whoever renames an entry from queued/ to running/ has it: the file system lets exactly one succeed, also
between machines on NFS. The new name says who has it, so that there is no moment at which an entry is taken
and nobody knows by whom. No index, no database, no daemon: listing the folders is the truth.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from gitexp.atomic import ask_server, write_atomic
from gitexp.errors import ExpError
from gitexp.experiment.ending import Ending
from gitexp.git.owner import Owner
from gitexp.git.repo import Repo
from gitexp.queue.job import Place, QueuedJob, Slip, dump_job, ended, parse_job, read_name, under_name
from gitexp.queue.titles import called

# Orders are microseconds since the epoch; the front of the queue is this far before what stands first.
_STEP = 1_000_000
_KILL = "kill"  # the folder of requests to stop what runs


def board_folder(repo: Repo) -> Path:
    return repo.state_dir / "queue"


def open_board(repo: Repo) -> Board:
    """The queue of a repository, one for all DVC roots in it."""
    return Board(board_folder(repo))


class Board:
    """The entries of one repository. Safe for any number of processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, job: QueuedJob, place: Place = Place.QUEUED) -> None:
        """Add an entry. It can be claimed as soon as this returns."""
        write_atomic(self._path(job, place), dump_job(job))

    def entries(self, *places: Place) -> list[tuple[Place, QueuedJob]]:
        """The entries of some places (none named: all), each place in order. Damaged files are left out."""
        return [(place, job) for place in places or tuple(Place) for job in self._read(place)]

    def slips(self, *places: Place) -> list[tuple[Place, Slip]]:
        """The same as `entries`, by the names of their files: reads none of them."""
        found = []
        for place in places or tuple(Place):
            slips = (read_name(name) for name in self.names(place))
            found += [(place, slip) for slip in slips if slip is not None]
        return found

    def snapshot(self) -> list[tuple[Place, Slip]]:
        """Every entry once, where it stands now. Places are read in the order in which entries pass them.

        So one that moves on meanwhile is seen, twice at most: then where it was seen last.
        """
        passed = (Place.HELD, Place.QUEUED, Place.SUBMITTED, Place.RUNNING, Place.FAILED, Place.SUCCESS)
        return list({slip.id: (place, slip) for place, slip in self.slips(*passed)}.values())

    def read(self, place: Place, slip: Slip) -> QueuedJob | None:
        """The entry of a slip; None when it has moved on, or is damaged."""
        return self._parse(self.folder / place.value / slip.file_name)

    def names(self, place: Place) -> list[str]:
        """File names in one place, in order; reads no file."""
        try:
            return sorted(name for name in os.listdir(self.folder / place.value) if name.endswith(".json"))
        except FileNotFoundError:
            return []

    def claim(self, owner: Owner) -> QueuedJob | None:
        """Take the first entry that waits, or None when none does. It is this owner's until it is ended."""
        for name in self.names(Place.QUEUED):
            job = self._parse(self.folder / Place.QUEUED.value / name)
            if job is None:
                continue  # somebody was faster, or it is damaged
            mine = replace(job, owner=owner)
            if self._rename(job, Place.QUEUED, mine, Place.RUNNING):
                return mine
        return None

    def locate(self, identity: str) -> tuple[Place, QueuedJob] | None:
        """Where the entry of this id stands now; None when it is in no place any more."""
        part = f"-{identity}"
        for place in Place:
            for name in self.names(place):
                slip = read_name(name) if part in name else None
                job = self.read(place, slip) if slip is not None and slip.id == identity else None
                if job is not None:
                    return place, job
        return None

    def claim_entry(self, identity: str, owner: Owner) -> QueuedJob | None:
        """Take this very entry, if it waits in the queue or for an engine; None when it does not."""
        found = self.locate(identity)
        if found is None or found[0] not in (Place.QUEUED, Place.SUBMITTED):
            return None
        place, job = found
        mine = replace(job, owner=owner)
        return mine if self._rename(job, place, mine, Place.RUNNING) else None

    def take_over(self, job: QueuedJob, owner: Owner) -> QueuedJob | None:
        """Take a running entry from an owner who is known to be gone; None when somebody was faster."""
        mine = replace(job, owner=owner)
        return mine if self._rename(job, Place.RUNNING, mine, Place.RUNNING) else None

    def hand_back(self, job: QueuedJob) -> bool:
        """Let a running entry wait for its engine again; False when it was taken away."""
        return self._rename(job, Place.RUNNING, replace(job, owner=None), Place.SUBMITTED)

    def beat(self, job: QueuedJob) -> bool:
        """Say that the worker lives, and hear what other hosts have done and asked for.

        False when the entry is not running any more: it was taken away.
        """
        ask_server(self.folder / Place.RUNNING.value)
        ask_server(self.folder / _KILL)
        try:
            os.utime(self._path(job, Place.RUNNING))
        except FileNotFoundError:
            return False
        return True

    def last_beat(self, job: QueuedJob) -> float | None:
        """When the worker of a running entry last said so, in seconds since the epoch."""
        # A rename sets the ctime too, so an entry just claimed is never taken for a lost one.
        return self.last_change(job, Place.RUNNING)

    def last_change(self, job: QueuedJob, place: Place) -> float | None:
        """When an entry came to its place or was touched there, in seconds since the epoch."""
        try:
            return self._path(job, place).stat().st_ctime
        except FileNotFoundError:
            return None

    def ask_kill(self, job: QueuedJob) -> None:
        """Ask whoever runs the entry to stop it. Works across machines: the worker looks for the file."""
        write_atomic(self.folder / _KILL / job.id, b"")

    def take_kill(self, job: QueuedJob) -> bool:
        """Whether somebody asked to stop the entry since the last look."""
        try:
            (self.folder / _KILL / job.id).unlink()
        except FileNotFoundError:
            return False
        return True

    def end(self, job: QueuedJob, ending: Ending, place: Place, source: Place = Place.RUNNING) -> bool:
        """Move a running entry to success or failed, with how it ended; False when it was taken away."""
        over = ended(job, ending)
        if not self._rename(job, source, over, place):
            return False
        with suppress(OSError):  # on a full disk it has moved, at least
            write_atomic(self._path(over, place), dump_job(over))
        return True

    def put_back(self, job: QueuedJob, source: Place = Place.RUNNING) -> QueuedJob | None:
        """Let an entry whose worker is lost wait again where it stood; None when it was taken away."""
        again = replace(job, owner=None, lost=job.lost + 1)
        return again if self._rename(job, source, again, Place.QUEUED) else None

    def run_again(self, job: QueuedJob) -> QueuedJob:
        """Put a failed entry back where it stood in the queue, as if it had never run."""
        again = replace(job, owner=None, ending=None, lost=0)
        write_atomic(self._path(again, Place.QUEUED), dump_job(again))
        self._path(job, Place.FAILED).unlink(missing_ok=True)
        return again

    def move(self, job: QueuedJob, source: Place, target: Place) -> bool:
        """Rename an entry from one place to another; False when it is not there any more."""
        return self._rename(job, source, job, target)

    def to_front(self, job: QueuedJob) -> QueuedJob:
        """Make a waiting entry the next one. Raises ExpError when it does not wait any more."""
        waiting = self.names(Place.QUEUED)
        first = int(waiting[0].split("-", 1)[0]) if waiting else job.order
        moved = replace(job, order=max(0, first - _STEP))
        if not self._rename(job, Place.QUEUED, moved, Place.QUEUED):
            raise ExpError(f"'{job.name}' does not wait in the queue any more.")
        return moved

    def remove(self, job: QueuedJob, place: Place) -> bool:
        """Forget an entry; False when it is not there any more."""
        try:
            self._path(job, place).unlink()
        except FileNotFoundError:
            return False
        return True

    def find(self, words: Iterable[str], *places: Place) -> list[tuple[Place, QueuedJob]]:
        """The entries named by experiment name or id, each word once. An ExpError names the unknown ones."""
        wanted = list(words)
        known = self._newest(wanted, *places)
        unknown = [word for word in wanted if word not in known]
        if unknown:
            raise ExpError(
                f"not in the queue: {', '.join(unknown)}", "`exp queue status` lists what is in the queue."
            )
        return list({job.id: (place, job) for place, job in (known[word] for word in wanted)}.values())

    def newest(self, word: str, *places: Place) -> tuple[Place, QueuedJob] | None:
        """The entry that people mean by a name or an id; None when there is none."""
        return self._newest([word], *places).get(word)

    def named(self, word: str) -> bool:
        """Whether an entry that became no experiment has this name or id."""
        return self.newest(word, *(place for place in Place if place is not Place.SUCCESS)) is not None

    def _newest(self, words: Iterable[str], *places: Place) -> dict[str, tuple[Place, QueuedJob]]:
        wanted = set(words)
        found: dict[str, tuple[Place, QueuedJob]] = {}
        slips = self.slips(*places)
        names = called(self, slips)
        for place, slip in reversed(slips):  # the newest entry of a name is the one that people mean
            title = names.get(slip.id)
            hits = {slip.id, title.name if title else ""} & (wanted - found.keys())
            job = self.read(place, slip) if hits else None
            if job is not None:
                found.update(dict.fromkeys(hits, (place, job)))
        return found

    def _read(self, place: Place) -> Iterator[QueuedJob]:
        for name in self.names(place):
            job = self._parse(self.folder / place.value / name)
            if job is not None:
                yield job

    def _rename(self, job: QueuedJob, source: Place, renamed: QueuedJob, target: Place) -> bool:
        path = self._path(renamed, target)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.rename(self._path(job, source), path)
        except FileNotFoundError:
            return False
        return True

    def _parse(self, path: Path) -> QueuedJob | None:
        try:
            return under_name(parse_job(path.read_bytes(), str(path)), path.name)
        except (FileNotFoundError, ExpError):
            return None  # moved on meanwhile, or damaged: fsck names it

    def _path(self, job: QueuedJob, place: Place) -> Path:
        return self.folder / place.value / job.file_name
