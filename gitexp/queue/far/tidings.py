"""What comes home of a run elsewhere: how it ended and what it printed, as a commit on the Git remote.

    refs/gitexp/ended/<entry>    its parent is the experiment, or what was kept of a failed run;
                                 its tree has `run.json` (a RunNote with its ending), `log`, and
                                 `environment`, the record of what it ran in

It is pushed together with the experiment's own ref, and only if there is none yet: who comes second finds
the entry ended. The queue that sent the entry takes it from there and removes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.jobs.run_note import RunNote
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.git.blobs import write_blob
from gitexp.git.edit_tree import make_flat_tree
from gitexp.git.objects import ObjectReader, write_commit
from gitexp.git.repo import Repo

ENDED = "refs/gitexp/ended/"
_NOTE, _LOG, _ENVIRONMENT = "run.json", "log", "environment"
_LONGEST = 8 << 20  # bytes of a log that come home
_HEAD = 1 << 20  # of those, from its beginning


@dataclass(frozen=True, slots=True)
class Tidings:
    """A run that is over. `commit`: the experiment, or what was kept; None when it came to nothing.

    `environment`: the blob of the record of what it ran in.
    """

    note: RunNote
    commit: str | None
    log: bytes
    environment: str | None = None


def ended_ref(entry: str) -> str:
    return f"{ENDED}{entry}"


def write_tidings(repo: Repo, note: RunNote, commit: str | None, log: Path) -> str:
    """The commit that tells of an ended run."""
    blobs = {_NOTE: write_blob(repo, dump_record(note)), _LOG: write_blob(repo, _read_log(log))}
    if note.attempt.environment is not None:
        blobs[_ENVIRONMENT] = note.attempt.environment
    tree = make_flat_tree(repo, blobs)
    state = note.ending.state if note.ending else "ended"
    return write_commit(repo, tree, [commit] if commit else [], f"exp {note.name}: {state}\n")


def read_tidings(reader: ObjectReader, commit: str) -> Tidings:
    """What such a commit tells. Raises ExpError when it can't be read."""
    found = reader.commit(commit)
    text = reader.read(f"{commit}:{_NOTE}")
    if found is None or text is None:
        raise ExpError(f"{commit[:7]} does not tell of a run.")
    note = parse_record(RunNote, text, f"{commit[:7]}:{_NOTE}")
    record = next((item.oid for item in reader.tree(found.tree) if item.name == _ENVIRONMENT), None)
    log = reader.read(f"{commit}:{_LOG}") or b""
    return Tidings(note, next(iter(found.parents), None), log, record)


def read_many(repo: Repo, commits: Sequence[str]) -> dict[str, Tidings]:
    """`read_tidings` of several; those that can't be read are left out."""
    found = {}
    with ObjectReader(repo) as reader:
        for commit in commits:
            try:
                found[commit] = read_tidings(reader, commit)
            except ExpError:
                continue
    return found


def _read_log(path: Path) -> bytes:
    """The log; of a very long one its beginning and its end."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if size <= _LONGEST:
                return file.read()
            head = file.read(_HEAD)
            file.seek(size - (_LONGEST - _HEAD))
            left_out = f"\n[… {size - _LONGEST} bytes are left out here …]\n".encode()
            return head + left_out + file.read()
    except FileNotFoundError:
        return b""
