"""Files from a cloud-versioned remote into the cache: there they lie under their paths, in many versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.remotes.landing import Landing
from gitexp.cache.remotes.store import Moved, damaged
from gitexp.cache.remotes.transfer import Load, Patience, Tally, Transfer, Transferred
from gitexp.cache.store import Store
from gitexp.cache.traffic import Progress, unwatched
from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """A file as it is to be fetched: `key` is its path below the remote's URL."""

    key: str
    md5: str
    version: str | None  # None: what is there now
    size: int = 0  # bytes


class VersionedRemote(Protocol):
    """Raises RemoteTrouble."""

    @property
    def url(self) -> str: ...

    @property
    def jobs(self) -> int: ...

    def get_version(self, key: str, version: str | None, target: Path, moved: Moved) -> None:
        """Copy one version of an object to the new file `target`."""


def pull_versions(
    store: Store,
    remote: VersionedRemote,
    wanted: Iterable[Version],
    jobs: int | None = None,
    progress: Progress = unwatched,
    patience: Patience = Patience(),
) -> Transferred:
    """Fetch what the cache lacks. The result names (by md5) what did not arrive. Raises ExpError."""
    landing = Landing(store)
    lacking = {one.md5: one for one in wanted if not store.objects.is_sound(one.md5)}
    loads = [Load(one.md5, one.size, _move(landing, remote, one)) for one in lacking.values()]
    return landing.receive(Transfer(jobs or remote.jobs, Tally(progress), patience), loads)


def _move(landing: Landing, remote: VersionedRemote, one: Version) -> Callable[[Moved], None]:
    def fetch(temp: Path, moved: Moved) -> None:
        remote.get_version(one.key, one.version, temp, moved)
        if HASHERS[MD5](temp) != one.md5:
            raise damaged(one.key, remote.url)

    return lambda moved: landing.stage(one.md5, MD5, lambda temp: fetch(temp, moved))
