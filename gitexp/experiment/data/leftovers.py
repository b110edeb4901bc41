"""What lies around and nobody can use: worktrees of killed runs, undos long past, old logs, old caches.

Found without touching anything, so that `exp gc` can say what it would do; swept by those who found it, and
the worktrees and logs also now and then by the end of a run, so that they do not grow for ever.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gitexp.cache.workspace import remove
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.jobs.joblog import jobs_folder
from gitexp.experiment.jobs.lost_runs import keep_lost_runs
from gitexp.experiment.jobs.run_note import running_notes
from gitexp.experiment.operations import Expired, expire, find_expired
from gitexp.experiment.table.row_cache import VERSION
from gitexp.git.repo import Repo
from gitexp.git.snapshot import old_indexes
from gitexp.git.worktree import WorktreePool
from gitexp.project import Project

_DAY = 24 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Piece:
    """A file or folder to remove; `size` in bytes is what that gives back (another link to it: nothing)."""

    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class Leftovers:
    """`worktrees`: what lies in them. `undo` is how many operations and refs have been kept long enough."""

    worktrees: tuple[Piece, ...] = ()
    expired: Expired = Expired()
    caches: tuple[Piece, ...] = ()

    @property
    def size(self) -> int:
        return sum(piece.size for piece in (*self.worktrees, *self.caches))

    def __bool__(self) -> bool:
        return bool(self.worktrees or self.expired or self.caches)


def find_leftovers(project: Project) -> Leftovers:
    """Look, and remove nothing."""
    left = WorktreePool(project.repo).left_behind()
    return Leftovers(
        tuple(Piece(path, size) for path, size in left),
        find_expired(project.repo),
        tuple(_old_caches(project.repo)),
    )


def sweep_leftovers(project: Project, found: Leftovers) -> None:
    """Remove them; runs that were killed are kept as interrupted ones first."""
    keep_lost_runs(project)
    WorktreePool(project.repo).sweep()
    expire(project.repo)
    for piece in found.caches:
        piece.path.unlink(missing_ok=True)


def _old_caches(repo: Repo) -> Iterator[Piece]:
    """Rows as an earlier version kept them, what was half written, and copies of the index."""
    for path in old_indexes(repo):
        with suppress(FileNotFoundError):
            yield Piece(path, path.stat().st_size)
    for path in sorted((repo.state_dir / "cache").glob("*")):
        is_old = path.name.startswith("rows-") and not path.name.startswith(f"rows-{VERSION}")
        with suppress(FileNotFoundError):
            found = path.stat()
            is_half = path.suffix == ".tmp" and found.st_mtime < time.time() - _DAY
            if path.is_file() and (is_old or is_half):
                yield Piece(path, found.st_size)


def old_logs(repo: Repo, days: float) -> Iterator[Piece]:
    """Folders of runs that ended long ago."""
    until = time.time() - days * _DAY
    running = {note.id for _, note in running_notes(repo)}
    for folder in sorted(jobs_folder(repo).glob("*")):
        files = [path for path in folder.rglob("*") if path.is_file()]
        newest = max((path.stat().st_mtime for path in (folder, *files)), default=0.0)
        if folder.is_dir() and newest < until and folder.name not in running:
            yield Piece(folder, sum(path.stat().st_size for path in files))


def prune_logs(project: Project) -> int:
    """Once a day, end the logs that are older than `exp.logDays`; how many went. Never an error."""
    mark = jobs_folder(project.repo).with_name("logs-pruned")
    try:
        if mark.exists() and time.time() - mark.stat().st_mtime < _DAY:
            return 0
        mark.touch()
        os.utime(mark)
        gone = list(old_logs(project.repo, project.settings.log_days))
        for piece in gone:
            remove(piece.path)
    except (OSError, ExpError):
        return 0  # another process is at it, or the disk refuses: a later run tries again
    return len(gone)
