"""Objects from a remote into the cache, each checked against its name before it gets it.

First the manifests, then what they list. So an interrupted pull is no harm: the next one fetches the rest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from gitexp.cache.entries import restrict
from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.link import temp_beside
from gitexp.cache.manifest import read_dir_file
from gitexp.cache.remotes.landing import Landing
from gitexp.cache.remotes.store import RUNS, Moved, RemoteStore, damaged, key_of
from gitexp.cache.remotes.transfer import Load, Patience, Tally, Transfer, Transferred, insist
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash

_MANIFEST = 2 << 30  # bytes; a million files take about a tenth of that
_SLACK = 64 << 20
_UNKNOWN = 1 << 62

# Says whether a file of the run cache is what its name (the second argument) says.
RunCheck = Callable[[Path, str], bool]


def pull_objects(
    store: Store,
    remote: RemoteStore,
    hashes: Iterable[Hash],
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
    parts: Mapping[Hash, tuple[str, ...]] | None = None,
) -> Transferred:
    """Fetch what the cache lacks of these objects, directories with all their children.

    Of the directories in `parts` only those paths inside are fetched. The result names what did not
    arrive: what the remote lacks, what is damaged there. Raises ExpError (RemoteTrouble among them) when
    nothing more can be fetched: a remote that can't be reached, a full disk.
    """
    wanted = list(dict.fromkeys(hashes))
    pull = _Pull(store, remote, Transfer(jobs or remote.jobs, Tally(progress), patience))
    folders = {hash.value: hash.algorithm for hash in wanted if hash.is_dir}
    manifests = pull.fetch({value: (algorithm, 0) for value, algorithm in folders.items()}, _MANIFEST)
    objects: dict[str, tuple[str, int]] = {}
    for hash in wanted:
        if not hash.is_dir:
            objects[hash.value] = (hash.algorithm, hash.size or 0)
            continue
        children = _children(store, hash, (parts or {}).get(hash))
        # Manifests don't tell the sizes of children: the mean makes the sum right.
        each = (hash.size or 0) // max(1, hash.nfiles or len(children))
        for value in children:
            objects.setdefault(value, (hash.algorithm, each))
    return manifests + pull.fetch(objects, _most(wanted))


def _most(hashes: Iterable[Hash]) -> int:
    """How many bytes none of these can exceed, with room for records that are not quite right."""
    sizes = [hash.size for hash in hashes]
    return _UNKNOWN if None in sizes else 2 * max((size or 0 for size in sizes), default=0) + _SLACK


def _children(store: Store, hash: Hash, only: tuple[str, ...] | None) -> set[str]:
    entries: Mapping[str, str] = store.read_dir(hash) or {}
    if only is None:
        return set(entries.values())
    return {value for part in only for value in restrict(entries, part).values()}


class _Pull:
    def __init__(self, store: Store, remote: RemoteStore, transfer: Transfer) -> None:
        self._store = store
        self._remote = remote
        self._transfer = transfer
        self._landing = Landing(store)

    def fetch(self, objects: Mapping[str, tuple[str, int]], limit: int) -> Transferred:
        """Fetch those of the objects (value -> algorithm and about how many bytes) that the store lacks.

        None of them has more than `limit` bytes: a body that does not end would fill the disk.
        """
        loads = [
            Load(value, size, self._move(value, algorithm, limit))
            for value, (algorithm, size) in objects.items()
            if not self._store.objects.is_sound(value, algorithm)
        ]
        return self._landing.receive(self._transfer, loads)

    def _move(self, value: str, algorithm: str, limit: int) -> Callable[[Moved], None]:
        key = key_of(value, algorithm)

        def fetch(temp: Path, moved: Moved) -> None:
            md5 = self._remote.get(key, temp, _limited(moved, limit, key, self._remote.url))
            if value.endswith(".dir"):
                sound = _is_manifest(temp, value)
            elif algorithm == MD5 and md5 is not None:
                sound = md5 == value
            else:
                sound = HASHERS[algorithm](temp) == value
            if not sound:
                raise damaged(key, self._remote.url)

        return lambda moved: self._landing.stage(value, algorithm, lambda temp: fetch(temp, moved))


def _limited(moved: Moved, limit: int, key: str, url: str) -> Moved:
    """`moved`, which raises when more came than can be."""
    left = limit

    def count(size: int) -> None:
        nonlocal left
        left -= size
        if left < 0:
            raise damaged(key, url)
        moved(size)

    return count


def _is_manifest(path: Path, value: str) -> bool:
    if HASHERS[MD5](path) != value.removesuffix(".dir"):
        return False
    try:
        read_dir_file(path)
    except ValueError:
        return False
    return True


def pull_runs(
    store: Store,
    remote: RemoteStore,
    is_sound: RunCheck,
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
    key: str | None = None,
) -> Transferred:
    """Fetch the files of the run cache that are not here, or only those of the runs under `key`.

    Damaged ones are left out, and named.
    """
    keys: list[str] = []
    prefix = RUNS if key is None else f"{RUNS}{key[:2]}/{key}/"

    def list_keys() -> None:
        keys[:] = [found.key for found in remote.list(prefix)]

    insist(list_keys, patience)
    loads = [
        Load(key, 0, _run_move(remote, key, store.root / key, is_sound))
        for key in keys
        if _is_run_key(key) and not (store.root / key).exists()
    ]
    try:
        return Transfer(jobs or remote.jobs, Tally(progress), patience).run(loads)
    except OSError as error:
        raise file_trouble("store", Path(error.filename or store.root), error) from error


def _is_run_key(key: str) -> bool:
    """`runs/<2>/<key>/<value>`: nothing that leads elsewhere."""
    parts = key.removeprefix(RUNS).split("/")
    return len(parts) == 3 and parts[1].startswith(parts[0]) and all(part.isalnum() for part in parts)


def _run_move(remote: RemoteStore, key: str, final: Path, is_sound: RunCheck) -> Callable[[Moved], None]:
    def move(moved: Moved) -> None:
        final.parent.mkdir(parents=True, exist_ok=True)
        temp = Path(temp_beside(os.fspath(final)))
        try:
            remote.get(key, temp, moved)
            if not is_sound(temp, final.name):
                raise damaged(key, remote.url)
            os.replace(temp, final)
        finally:
            temp.unlink(missing_ok=True)

    return move
