"""A store behind which stands a remote: what is not here but there counts as here, and comes when needed.

For `--pull`. To ask whether something is there costs one question for all that the locks name; only what a
stage really reads, or brings back, is fetched. As DVC writes them, a directory's manifest on a remote says
that its children are there too; where that turns out wrong the directory is no longer offered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from gitexp.cache.entries import Entries
from gitexp.cache.remotes.pull import RunCheck, pull_objects, pull_runs
from gitexp.cache.remotes.push import ask_exists
from gitexp.cache.remotes.store import RemoteStore, RemoteTrouble, key_of
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched
from gitexp.content import Hash


class Supplier:
    """Brings objects and runs from remotes. Threads share one. Every method raises RemoteTrouble, ExpError.

    `usual` names the remote of what `know` was not told of. `open_named` makes a remote of a name. With
    `grows` others add to the remotes meanwhile: who looks anew asks again for what was not there.
    """

    def __init__(
        self,
        usual: str,
        open_named: Callable[[str], RemoteStore],
        is_sound: RunCheck,
        jobs: int | None = None,
        grows: bool = False,
    ) -> None:
        self._usual, self._open = usual, open_named
        self._is_sound, self._jobs, self._grows = is_sound, jobs, grows
        self._known: dict[Hash, str] = {}
        self._opened: dict[str, RemoteStore] = {}
        self._offered: dict[str, bool] = {}  # by value
        self._runs: set[str] = set()  # keys asked for
        self._lock = threading.RLock()
        self._told = threading.local()

    @contextmanager
    def telling(self, progress: Progress) -> Iterator[None]:
        """Within it `progress` is told of what this thread fetches."""
        before, self._told.progress = self._progress, progress
        try:
            yield
        finally:
            self._told.progress = before

    @property
    def _progress(self) -> Progress:
        told: Progress = getattr(self._told, "progress", unwatched)
        return told

    def know(self, remotes: Mapping[Hash, str]) -> None:
        """What may be wanted, each with the name of its remote: asked for all at once."""
        with self._lock:
            self._known.update(remotes)

    def offers(self, hash: Hash) -> bool:
        """Whether its remote has the object, or the directory's manifest."""
        with self._lock:
            if hash.value not in self._offered:
                self._ask([hash, *(one for one in self._known if one.value not in self._offered)])
            return self._offered[hash.value]

    def look_anew(self, hashes: Iterable[Hash]) -> None:
        """Forget that these were not there, if that may have changed."""
        with self._lock:
            for hash in hashes if self._grows else ():
                if self._offered.get(hash.value) is False:
                    del self._offered[hash.value]

    def _ask(self, hashes: Collection[Hash]) -> None:
        by_remote: dict[str, dict[str, str]] = {}
        for hash in hashes:
            keys = by_remote.setdefault(self._known.get(hash, self._usual), {})
            keys[hash.value] = key_of(hash.value, hash.algorithm)
        for name, keys in by_remote.items():
            there = ask_exists(self._remote(name), list(keys.values()))
            self._offered.update({value: key in there for value, key in keys.items()})

    def bring(self, store: Store, hash: Hash, only: str | None = None) -> None:
        """Fetch what `store` lacks of it; what does not come is not offered any more."""
        with self._lock:
            remote = self._remote(self._known.get(hash, self._usual))
            parts = {hash: (only,)} if only is not None else None
            got = pull_objects(store, remote, [hash], self._jobs, self._progress, parts=parts)
            if got.failed:
                self._offered[hash.value] = False

    def bring_manifest(self, store: Store, hash: Hash) -> None:
        """Fetch what says which files a directory has, and none of them."""
        with self._lock:
            remote = self._remote(self._known.get(hash, self._usual))
            if pull_objects(store, remote, [hash], self._jobs, parts={hash: ()}).failed:
                self._offered[hash.value] = False

    def bring_runs(self, store: Store, key: str, anew: bool = False) -> None:
        """Fetch the runs kept under one key of the run cache. A remote that can't tell has none."""
        with self._lock:
            if key in self._runs and not (anew and self._grows):
                return
            self._runs.add(key)
            with suppress(RemoteTrouble):
                pull_runs(store, self._remote(self._usual), self._is_sound, self._jobs, key=key)

    def _remote(self, name: str) -> RemoteStore:
        if name not in self._opened:
            self._opened[name] = self._open(name)
        return self._opened[name]


class SuppliedStore(Store):
    """A store that has what its supplier offers, and gets it when it is placed or read."""

    is_supplied = True

    def __init__(self, root: Path, shared: bool, supplier: Supplier) -> None:
        super().__init__(root, shared)
        self._plain = Store(root, shared)
        self._supplier = supplier

    def telling(self, progress: Progress) -> AbstractContextManager[None]:
        return self._supplier.telling(progress)

    def has(self, hash: Hash) -> bool:
        return self._plain.has(hash) or (self._is_ours(hash) and self._supplier.offers(hash))

    def missing(self, hash: Hash, only: str | None = None) -> list[str]:
        lacking = self._plain.missing(hash, only)
        return [] if lacking and self._is_ours(hash) and self._supplier.offers(hash) else lacking

    def read_dir(self, hash: Hash) -> Entries | None:
        entries = self._plain.read_dir(hash)
        if entries is None and self._is_ours(hash) and self._supplier.offers(hash):
            self._supplier.bring_manifest(self._plain, hash)
            entries = self._plain.read_dir(hash)
        return entries

    def bring(self, hash: Hash, only: str | None = None) -> None:
        if self._is_ours(hash) and self._plain.missing(hash, only) and self._supplier.offers(hash):
            self._supplier.bring(self._plain, hash, only)

    def bring_runs(self, key: str, anew: bool = False) -> None:
        self._supplier.bring_runs(self._plain, key, anew)

    def look_anew(self, hashes: Iterable[Hash]) -> None:
        wanted = list(hashes)
        super().look_anew(wanted)
        self._supplier.look_anew(wanted)

    def _is_ours(self, hash: Hash) -> bool:
        return self.objects.knows(hash.algorithm)
