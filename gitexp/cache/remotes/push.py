"""Objects from the cache to a remote. A directory's manifest goes last: its children are there.

So an interrupted push is no harm: the next one finds what is there and sends the rest.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path

from gitexp.cache.hashing import MD5
from gitexp.cache.remotes.store import RUNS, Kind, Moved, RemoteStore, RemoteTrouble, key_of
from gitexp.cache.remotes.transfer import Failure, Load, Patience, Tally, Transfer, Transferred, insist
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.dataclass import dataclass


@dataclass(slots=True)
class Cargo:
    """Everything some hashes consist of: objects by value, and which children each directory has."""

    objects: dict[str, str] = field(default_factory=dict)  # value -> algorithm; files only
    folders: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)  # algorithm, children
    unlisted: dict[str, str] = field(default_factory=dict)  # directories whose manifest is not here


def collect_cargo(store: Store, hashes: Iterable[Hash]) -> Cargo:
    """Look into the manifests that the store has."""
    cargo = Cargo()
    for hash in dict.fromkeys(hashes):
        if not hash.is_dir:
            cargo.objects[hash.value] = hash.algorithm
            continue
        entries = store.read_dir(hash)
        if entries is None:
            cargo.unlisted[hash.value] = hash.algorithm
            continue
        cargo.folders[hash.value] = (hash.algorithm, tuple(dict.fromkeys(entries.values())))
        cargo.objects.update(dict.fromkeys(entries.values(), hash.algorithm))
    return cargo


def push_objects(
    store: Store,
    remote: RemoteStore,
    hashes: Iterable[Hash],
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
) -> Transferred:
    """Send what the remote lacks of these objects, directories with all their children.

    The result names what is neither there nor here, and what did not arrive. Raises ExpError (RemoteTrouble
    among them) when nothing more can be sent.
    """
    cargo = collect_cargo(store, hashes)
    push = _Push(store, remote, Transfer(jobs or remote.jobs, Tally(progress), patience), patience)
    sent = push.files(cargo.objects)
    lost = {failure.subject for failure in sent.failed}
    whole = {
        value: algorithm
        for value, (algorithm, children) in cargo.folders.items()
        if not lost.intersection(children)
    }
    return sent + push.files({**whole, **cargo.unlisted})


class _Push:
    def __init__(self, store: Store, remote: RemoteStore, transfer: Transfer, patience: Patience) -> None:
        self._store = store
        self._remote = remote
        self._transfer = transfer
        self._patience = patience

    def files(self, objects: Mapping[str, str]) -> Transferred:
        """Send those of the objects (value -> algorithm) that are not there, or not in their full size."""
        there = ask_exists(self._remote, [key_of(*item) for item in objects.items()], self._patience)
        loads, failed = [], []
        for value, algorithm in objects.items():
            size = self._size_here(value, algorithm)
            key = key_of(value, algorithm)
            if key in there and (size is None or there[key] in (None, size)):
                continue
            if size is None:
                failed.append(Failure(value, "it is neither in the cache nor on the remote", Kind.ABSENT))
            else:
                loads.append(self._load(value, algorithm, size))
        sent = send_loads(loads, self._remote, self._transfer, self._patience, self._store.root)
        return sent + Transferred(failed=tuple(failed))

    def _size_here(self, value: str, algorithm: str) -> int | None:
        if not self._store.objects.is_sound(value, algorithm):
            return None
        try:
            return os.stat(self._store.object_file(value, algorithm)).st_size
        except OSError:
            return None

    def _load(self, value: str, algorithm: str, size: int) -> Load:
        source = Path(self._store.object_file(value, algorithm))
        md5 = value.removesuffix(".dir") if algorithm == MD5 or value.endswith(".dir") else None

        def move(moved: Moved) -> None:
            if md5 is None and not self._store.objects.holds(value, algorithm):
                raise _damaged_here(value)
            try:
                self._remote.put(source, key_of(value, algorithm), md5, moved)
            except RemoteTrouble as trouble:
                if trouble.kind is Kind.DAMAGED and not self._store.objects.holds(value, algorithm):
                    raise _damaged_here(value) from trouble
                raise

        return Load(value, size, move)


def send_loads(
    loads: Sequence[Load], remote: RemoteStore, transfer: Transfer, patience: Patience, top: Path
) -> Transferred:
    """Run the loads of a push. What went over counts, also when the rest can't. Raises ExpError; of a file
    below `top`, where the system does not say which, that can't be read."""
    try:
        return transfer.run(loads)
    except OSError as error:
        raise file_trouble("read", Path(error.filename or top), error) from error
    finally:
        insist(remote.flush, patience)


def _damaged_here(value: str) -> RemoteTrouble:
    # ABSENT: there is nothing to send, however often it is tried.
    return RemoteTrouble(Kind.ABSENT, f"the object {value} in the cache is damaged: `exp fsck` repairs.")


def ask_exists(
    remote: RemoteStore, keys: Collection[str], patience: Patience = Patience()
) -> dict[str, int | None]:
    """RemoteStore.exists, asked again when the connection fails. Raises RemoteTrouble."""
    found: dict[str, int | None] = {}
    if keys:
        insist(lambda: found.update(remote.exists(keys)), patience)
    return found


def push_runs(
    store: Store,
    remote: RemoteStore,
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
) -> Transferred:
    """Send the files of the run cache that the remote lacks. Their outs are objects: push those first."""
    return push_run_files(store, remote, run_files(store), jobs, progress, patience)


def push_run_files(
    store: Store,
    remote: RemoteStore,
    files: Iterable[Path],
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
) -> Transferred:
    """`push_runs` of these files of the run cache alone."""
    keys = [f"{RUNS}{path.relative_to(store.root / RUNS).as_posix()}" for path in files]
    there = ask_exists(remote, keys, patience)
    loads = [_run_load(store.root / key, remote, key) for key in keys if key not in there]
    sent = Transfer(jobs or remote.jobs, Tally(progress), patience).run(loads)
    insist(remote.flush, patience)
    return sent


def _run_load(source: Path, remote: RemoteStore, key: str) -> Load:
    return Load(key, source.stat().st_size, lambda moved: remote.put(source, key, None, moved))


def run_files(store: Store) -> list[Path]:
    """The files of the run cache: `runs/<2>/<key>/<value>`; half-written ones not."""
    return [
        path
        for path in sorted((store.root / RUNS).glob("??/*/*"))
        if not path.name.startswith(".") and path.is_file()
    ]
