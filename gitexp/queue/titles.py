"""What the entries of the queue are called: names and baselines, remembered beside the board.

    .git/gitexp/queue/titles    a line for each entry: id, baseline, name; a cache, safe to delete

The name of an entry's file does not hold the experiment's, and to read ten thousand files for one name takes
seconds. What an entry is called never changes while it waits; when it ends it may be given another name, so
ended ones are remembered apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.queue.job import Place, QueuedJob, Slip

_ENDED = (Place.SUCCESS, Place.FAILED)
_FEW = 50  # entries that are read again each time rather than written down


@dataclass(frozen=True, slots=True)
class Title:
    baseline: str
    name: str


class Readable(Protocol):
    """The board, as far as it is needed here."""

    folder: Path

    def read(self, place: Place, slip: Slip) -> QueuedJob | None: ...


def called(board: Readable, slips: Sequence[tuple[Place, Slip]]) -> dict[str, Title]:
    """What each of these entries is called, by id; those that can't be read are left out."""
    known = _load(board.folder / "titles")
    found: dict[str, Title] = {}
    new: dict[str, Title] = {}
    for place, slip in slips:
        key = f"{slip.id}!" if place in _ENDED else slip.id
        title = known.get(key)
        if title is None:
            job = board.read(place, slip)
            if job is None:
                continue
            title = new[key] = Title(job.attempt.baseline, job.name)
        found[slip.id] = title
    if len(new) > _FEW:
        _save(board.folder / "titles", {**known, **new})
    return found


def remember(board: Readable, jobs: Sequence[QueuedJob]) -> None:
    """Entries that have just been queued need not be read for what they are called."""
    if len(jobs) > _FEW:
        path = board.folder / "titles"
        _save(path, {**_load(path), **{job.id: Title(job.attempt.baseline, job.name) for job in jobs}})


def _load(path: Path) -> dict[str, Title]:
    try:
        lines = path.read_text().splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return {}
    fields = (line.split("\t") for line in lines)
    return {parts[0]: Title(parts[1], parts[2]) for parts in fields if len(parts) == 3}


def _save(path: Path, titles: dict[str, Title]) -> None:
    text = "".join(f"{key}\t{title.baseline}\t{title.name}\n" for key, title in titles.items())
    with suppress(OSError):  # it is only remembered
        write_atomic(path, text.encode())
