"""What was done to refs and workspace, one small file an operation, so that `exp undo` can take it back.

    .git/gitexp/undo/<stamp>.json

A file only says what to change back. What must survive until then are commits, and these are kept from
`git gc` by refs under refs/gitexp/ (see kept). Both end after 30 days.
"""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from gitexp.atomic import write_atomic
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.experiment import Experiment
from gitexp.experiment.find import experiment_of_ref
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.experiment.kept import BEFORE, REMOVED, WORKSPACES, removed_ref, stamp
from gitexp.git.refs import Ref, RefChange, change_refs, list_refs
from gitexp.git.repo import Repo

KEPT_DAYS = 30
_DAY = 24 * 3600  # seconds
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class RefMove:
    """A ref that held `old` (None: did not exist) and then held `new` (None: was gone)."""

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Overwritten:
    """The workspace before an apply. `before`: the ref that keeps it; `applied`: what was written over it.

    `files` (relative to the Git root) and `data` (to the DVC root) were not there before.
    """

    before: str
    applied: str
    files: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A small file of ours that was removed: its path under .git/gitexp and its text.

    Without `ref` at `commit` it would mean nothing: where that is gone, it comes back as well.
    """

    path: str
    text: str
    ref: str
    commit: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`what` is the command in short. `kept` are the refs that keep what was taken away.

    With `remote` the moves took place on that Git remote.
    """

    id: str
    what: str
    moves: tuple[RefMove, ...] = ()
    kept: tuple[str, ...] = ()
    remote: str | None = None
    workspace: Overwritten | None = None
    files: tuple[TakenOut, ...] = ()

    @property
    def time(self) -> float:
        """When, in seconds since the epoch."""
        return time_of(self.id)


def move_refs(
    repo: Repo, what: str, moves: Sequence[RefMove], done: Sequence[RefMove] = ()
) -> Operation | None:
    """Change refs, all or none, in a way that can be taken back; None if nothing was to do.

    `done` was changed before and is taken back with them.
    Experiments that thereby lose their last ref are kept. Raises RefConflict as `change_refs` does.
    """
    if not moves:
        return None
    keeps = keep_changes(moves)
    changes = [RefChange(move.ref, new=move.new, old=move.old) for move in moves]
    change_refs(repo, [*keeps, *changes], f"exp {what}")
    operation = Operation(stamp(), what, (*moves, *done), tuple(keep.name for keep in keeps))
    write_operation(repo, operation)
    return operation


def keep_changes(moves: Sequence[RefMove]) -> list[RefChange]:
    """The refs to create so that what `moves` take away is not lost."""
    alive = {move.new for move in moves}
    lost = [Ref(move.ref, move.old) for move in moves if move.old is not None and move.old not in alive]
    gone = [found for found in map(experiment_of_ref, lost) if found is not None]
    return [RefChange(removed_ref(one), new=one.commit, old=None) for one in gone]


def write_operation(repo: Repo, operation: Operation) -> None:
    """Put an operation on the list; those of more than 30 days leave it."""
    write_atomic(_file(repo, operation.id), dump_record(operation))
    oldest = min((path.stem for path in _folder(repo).glob("[0-9]*.json")), default=operation.id)
    if time_of(oldest) < time.time() - KEPT_DAYS * _DAY:
        expire(repo)


def list_operations(repo: Repo) -> list[Operation]:
    """What can be taken back, the last first. Damaged files are passed over."""
    return [
        found for path in sorted(_folder(repo).glob("[0-9]*.json"), reverse=True) for found in _read(path)
    ]


def forget_operation(repo: Repo, operation: Operation) -> None:
    """Take an operation off the list."""
    _file(repo, operation.id).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Expired:
    """What was kept for undo and has been kept long enough: operations, and refs that hold commits."""

    files: tuple[Path, ...] = ()
    refs: tuple[Ref, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.refs)


def find_expired(repo: Repo, days: float = KEPT_DAYS) -> Expired:
    """What is older than `days`."""
    limit = time.time() - days * _DAY
    files = [path for path in sorted(_folder(repo).glob("[0-9]*.json")) if time_of(path.stem) < limit]
    refs = [ref for prefix in (REMOVED, WORKSPACES, BEFORE) for ref in list_refs(repo, prefix)]
    old = [ref for ref in refs if time_of(ref.name.rpartition("/")[2]) < limit]
    return Expired(tuple(files), tuple(old))


def expire(repo: Repo, days: float = KEPT_DAYS) -> int:
    """End what is kept for undo for more than `days`; how many refs went. Their commits are git gc's then."""
    found = find_expired(repo, days)
    for path in found.files:
        path.unlink(missing_ok=True)
    gone = [RefChange(ref.name, new=None, old=ref.oid) for ref in found.refs]
    change_refs(repo, gone, "exp: kept long enough")
    return len(gone)


def time_of(moment: str) -> float:
    """The time that a stamp says; now for what is none, so that nothing strange ever counts as old."""
    whole, _, rest = moment.partition(".")
    try:
        seconds = calendar.timegm(time.strptime(whole, "%Y%m%dT%H%M%S"))
        return seconds + int(rest.partition("-")[0] or 0) / 1_000_000
    except ValueError:
        return time.time()


def named(experiments: Sequence[Experiment]) -> str:
    """'a', 'a and b', 'a, b, c and 5 more'."""
    return some_of([one.name for one in experiments])


def some_of(names: Sequence[str]) -> str:
    """The same of names."""
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _read(path: Path) -> Iterator[Operation]:
    try:
        yield parse_record(Operation, path.read_bytes(), str(path))
    except (FileNotFoundError, ExpError):
        return


def _folder(repo: Repo) -> Path:
    return repo.state_dir / "undo"


def _file(repo: Repo, id: str) -> Path:
    return _folder(repo) / f"{id}.json"
