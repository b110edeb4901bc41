"""What a data remote can do, whatever it is made of, and what can go wrong with one.

Keys are POSIX paths below the remote's URL, in DVC's layout:

    files/md5/ab/cdef…        an object        files/md5/ab/cdef….dir   a directory's manifest
    ab/cdef…                  the same for objects of DVC 2
    runs/ab/<key>/<value>     the run cache
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from gitexp.cache.hashing import DOS2UNIX, MD5
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError

RUNS = "runs/"

_RUN = re.compile(r"runs/([0-9a-f]{2})/\1[0-9a-f]{62}/[0-9a-f]{64}")

# What a push stages beside an object's or a run's place: ours and DVC's (hidden); over SFTP with the name.
_HALF = re.compile(
    r"(?:files/md5|(?:files/md5/)?[0-9a-f]{2}|runs/[0-9a-f]{2}/[0-9a-f]{64})"
    r"/(?:\.[\w-]{8,40}|[0-9a-f]{30,64}(?:\.dir)?\.[0-9a-f]{8})\.tmp"
)

_PREFIX = {MD5: "files/md5/", DOS2UNIX: ""}

Moved = Callable[[int], None]  # told of bytes as they go over the wire


class Kind(Enum):
    """What to do about a trouble."""

    ABSENT = "the remote does not have this object"
    DAMAGED = "what arrived is not what the name says: try again"
    PASSING = "the connection, or the server for the moment: try again"
    FATAL = "no other object will fare better: give up"


class RemoteTrouble(ExpError):
    """A remote did not do what was asked; `kind` says whether to ask again."""

    def __init__(self, kind: Kind, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class RemoteObject:
    """One object in a listing; `size` in bytes, `modified` in seconds since the epoch, None if not told.

    `upload` is the id of one that never was finished: there is no object.
    """

    key: str
    size: int | None
    modified: float | None = None
    upload: str | None = None


class RemoteStore(Protocol):
    """A data remote. Threads share one. Every method raises RemoteTrouble."""

    @property
    def url(self) -> str:
        """How messages call it; holds no secret."""

    @property
    def jobs(self) -> int:
        """How many transfers at once suit it."""

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        """Those of `keys` that are there, with their sizes in bytes (None where the remote can't tell)."""

    def put(self, source: Path, key: str, md5: str | None, moved: Moved) -> None:
        """Copy a file there. It appears under its key whole or not at all, at the latest after `flush`.

        With `md5` (of its bytes) it does not appear if anything else arrived: Kind.DAMAGED.
        """

    def flush(self) -> None:
        """Return when all that was put is there under its key, and durable as far as the remote can do."""

    def get(self, key: str, target: Path, moved: Moved) -> str | None:
        """Copy an object to the new file `target`; the md5 of the bytes if it was taken on the way."""

    def list(self, prefix: str) -> Iterator[RemoteObject]:
        """Every object whose key begins with `prefix`, which ends in '/' or is ''; half-written ones not."""

    def delete(self, keys: Collection[str]) -> None:
        """Remove objects; one that is not there is fine."""

    def unfinished(self) -> Iterator[RemoteObject]:
        """What pushes began and did not finish; also that of pushes at work, by `modified` (or begun)."""

    def sweep(self, unfinished: Collection[RemoteObject]) -> None:
        """Remove such."""


class WalkedRemote(ABC):
    """What remotes made of files have in common: a listing shows what pushes have not finished, too."""

    @abstractmethod
    def walk(self, prefix: str) -> Iterator[RemoteObject]:
        """Every file whose key begins with `prefix`, half-written ones too."""

    @abstractmethod
    def delete(self, keys: Collection[str]) -> None:
        """As RemoteStore has it."""

    def list(self, prefix: str) -> Iterator[RemoteObject]:
        return (found for found in self.walk(prefix) if not found.key.endswith(".tmp"))

    def unfinished(self) -> Iterator[RemoteObject]:
        return (found for found in self.walk("") if is_half_written(found.key))

    def sweep(self, unfinished: Collection[RemoteObject]) -> None:
        self.delete([found.key for found in unfinished])


def key_of(value: str, algorithm: str = MD5) -> str:
    """The key of an object."""
    return f"{_PREFIX[algorithm]}{value[:2]}/{value[2:]}"


def value_of(key: str) -> tuple[str, str] | None:
    """Hash value and algorithm of an object's key; None for what is no object (run cache, other files)."""
    algorithm = MD5 if key.startswith(_PREFIX[MD5]) else DOS2UNIX
    value = key.removeprefix(_PREFIX[algorithm]).replace("/", "", 1)
    digits = value.removesuffix(".dir")
    sound = len(digits) == 32 and all(char in "0123456789abcdef" for char in digits)
    return (value, algorithm) if sound and key == key_of(value, algorithm) else None


def is_half_written(key: str) -> bool:
    """Whether a file is what a push stages before it has its name."""
    return _HALF.fullmatch(key) is not None


def is_object_or_run(key: str) -> bool:
    """Whether a key is one of ours or DVC's: other things may lie in the same bucket."""
    return value_of(key) is not None or _RUN.fullmatch(key) is not None


def public_url(url: str) -> str:
    """A URL as messages may show it: without password, query and the like."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.netloc:
        return url.partition("?")[0] if parts.scheme else url
    user, at, host = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"


def absent(key: str, url: str) -> RemoteTrouble:
    return RemoteTrouble(Kind.ABSENT, f"{url} does not have {key}.")


def damaged(key: str, url: str) -> RemoteTrouble:
    return RemoteTrouble(Kind.DAMAGED, f"{key} arrived damaged at or from {url}.")


def read_only(url: str, what: str) -> RemoteTrouble:
    return RemoteTrouble(Kind.FATAL, f"{url} can't be written to: {what}.")


def ignore_bytes(count: int) -> None:
    """The `moved` of those who don't watch."""
