"""What travels to machines that share no file system: entries of the queue, as one commit on the Git remote.

    refs/gitexp/parcels/<id>    a commit; its parents are the snapshots that the entries begin from,
                                its tree has one file, `entries`: an entry a line

So a sweep of ten thousand costs one ref and one push, and a worker that has the parcel has all of it: for
the next entry it need not ask the remote. Each snapshot has its baseline as parent: that is all the history
a run needs. A parcel holds what `exp run --queue` was told, and no credentials; it goes from the remote when
all its entries have come home (see `gitexp.queue.far.homecoming`).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from gitexp import __version__
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.json_record import dump_record, parse_record
from gitexp.git.blobs import write_blob
from gitexp.git.clone import remote_url
from gitexp.git.edit_tree import make_flat_tree
from gitexp.git.objects import ObjectReader, write_commit
from gitexp.git.refs import create_ref
from gitexp.git.repo import Repo, author, read_config
from gitexp.git.transport import push
from gitexp.queue.job import QueuedJob, dump_job, parse_job

PARCELS = "refs/gitexp/parcels/"
DEPTH = 3  # commits: the parcel, the snapshot, its baseline
_FILE = "entries"


@dataclass(frozen=True, slots=True)
class Waybill:
    """All that a worker elsewhere is told of an entry: where its parcel is, and which entry of it is meant.

    `author`: 'Name <email>', in whose name the experiment is committed. `version` is the gitexp that wrote
    it. `depth`: how many commits of history the run sees, None for all.
    """

    url: str
    ref: str
    commit: str
    entry: str
    author: str
    version: str
    depth: int | None = DEPTH


def send_parcel(repo: Repo, remote: str, entries: Sequence[QueuedJob]) -> list[Waybill]:
    """Push entries as one parcel to a Git remote; a waybill for each. Raises ExpError when that fails."""
    url = remote_url(repo, remote)
    ref = f"{PARCELS}{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
    commit = _pack(repo, entries)
    for pushed in push(repo, remote, [f"{commit}:{ref}"], {ref: ""}):
        if pushed.refused:
            raise ExpError(
                f"Git remote '{remote}' does not take {ref}: {pushed.reason}",
                "experiments travel through refs/gitexp/ and come back through refs/exps/ there.",
            )
    create_ref(repo, ref, commit)  # what we have sent, to be removed there when all of it is home
    who = author(repo)
    return [Waybill(url, ref, commit, entry.id, who, __version__, _depth(repo)) for entry in entries]


def _depth(repo: Repo) -> int | None:
    """What `git config exp.farHistory` says: 'full', or nothing: then as little as a run needs."""
    return None if read_config(repo).get("exp.farhistory", "").lower() == "full" else DEPTH


def _pack(repo: Repo, entries: Sequence[QueuedJob]) -> str:
    lines = b"".join(dump_job(replace(entry, owner=None, ending=None)) + b"\n" for entry in entries)
    tree = make_flat_tree(repo, {_FILE: write_blob(repo, lines)})
    snapshots = list(dict.fromkeys(entry.snapshot for entry in entries))
    return write_commit(repo, tree, snapshots, f"exp queue: {len(entries)} entries for workers elsewhere\n")


def unpack(repo: Repo, waybill: Waybill) -> QueuedJob:
    """The entry that a waybill means; its parcel is here. Raises ExpError when it is not in it."""
    line = _lines(repo, waybill.commit).get(waybill.entry)
    if line is None:
        raise ExpError(f"{waybill.ref} holds no entry {waybill.entry}.")
    return parse_job(line, f"{waybill.ref}:{waybill.entry}")


@lru_cache(maxsize=8)
def _lines(repo: Repo, commit: str) -> dict[str, bytes]:
    """The entries of a parcel by id, unread. A worker runs many of one parcel."""
    with ObjectReader(repo) as reader:
        text = reader.read(f"{commit}:{_FILE}") or b""
    return {_id(line): line for line in text.splitlines() if line}


def _id(line: bytes) -> str:
    return str(json.loads(line)["id"])


def dump_waybill(waybill: Waybill) -> str:
    return dump_record(waybill).decode()


def parse_waybill(text: str) -> Waybill:
    """Raises ExpError for what is none."""
    return parse_record(Waybill, text.encode(), "waybill")
