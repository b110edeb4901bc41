"""Data remotes on a host that is reached by SSH: through OpenSSH's own `sftp`, with the user's config."""

from __future__ import annotations

import math
import os
import posixpath
import re
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from queue import Empty, LifoQueue, Queue
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from gitexp.cache.hashing import md5_file
from gitexp.cache.remotes.options import jobs, seconds
from gitexp.cache.remotes.sftp_session import SftpSession, quoted
from gitexp.cache.remotes.store import (
    Kind,
    Moved,
    RemoteObject,
    RemoteTrouble,
    WalkedRemote,
    absent,
    damaged,
    public_url,
)
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

_JOBS = 4  # each is a connection of its own; sshd starts to refuse beyond ten
_TIMEOUT = 60.0  # seconds
_FEW = 3  # files asked for one by one; of more in one folder the folder is listed
_ENTRY = re.compile(r"([-dl])\S*\s+\S+\s+\S+\s+\S+\s+(\d+)\s+(\S+\s+\S+\s+\S+)\s+(.*)")


class SftpRemote(WalkedRemote):
    """Implements RemoteStore. `root` is the folder on the host."""

    def __init__(self, url: str, root: str, command: tuple[str, ...], jobs: int) -> None:
        self.url = url
        self.jobs = jobs
        self._root = root
        self._command = command
        self._idle: Queue[SftpSession] = LifoQueue()
        self._folders: set[str] = set()

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        by_folder: dict[str, list[str]] = {}
        for key in keys:
            by_folder.setdefault(posixpath.dirname(key), []).append(key)
        found: dict[str, int | None] = {}
        for folder, inside in by_folder.items():
            places = inside if len(inside) <= _FEW else [folder]
            for entry in self._look(places):
                key = posixpath.join(folder, entry.name)
                if entry.kind == "-" and key in inside:
                    found[key] = entry.size
        return found

    def put(self, source: Path, key: str, md5: str | None, moved: Moved) -> None:
        size = source.stat().st_size
        # SSH vouches for every byte on the way; what can be wrong is the file here.
        if md5 is not None and md5_file(source) != md5:
            raise damaged(key, self.url)
        self._make_folder(posixpath.dirname(self._path(key)))
        final = self._path(key)
        temp = f"{final}.{os.urandom(4).hex()}.tmp"
        told = self._ask([f"put -f {quoted(os.fspath(source))} {quoted(temp)}", f"ls -ln {quoted(temp)}"])
        if [entry.size for entry in _entries(told)] != [size]:
            self._ask([f"rm {quoted(temp)}"])
            raise RemoteTrouble(_kind(told), f"{self.url}: {_complaint(told)}")
        told = self._ask([f"rename {quoted(temp)} {quoted(final)}", f"ls -ln {quoted(final)}"])
        if [entry.size for entry in _entries(told)] != [size]:
            raise RemoteTrouble(_kind(told), f"{self.url}: {_complaint(told)}")
        moved(size)

    def flush(self) -> None:
        """Each put is durable when it returns (`put -f`)."""

    def get(self, key: str, target: Path, moved: Moved) -> str | None:
        told = self._ask([f"get {quoted(self._path(key))} {quoted(os.fspath(target))}"])
        if not target.exists():
            if any("not found" in line.lower() or "no such file" in line.lower() for line in told):
                raise absent(key, self.url)
            raise RemoteTrouble(_kind(told), f"{self.url}: {_complaint(told)}")
        moved(target.stat().st_size)
        return None

    def walk(self, prefix: str) -> Iterator[RemoteObject]:
        waiting = [prefix.rstrip("/")]
        while waiting:
            folder = waiting.pop()
            for found in self._look([folder]):
                key = posixpath.join(folder, found.name)
                if found.kind == "d":
                    waiting.append(key)
                elif found.kind == "-":
                    yield RemoteObject(key, found.size, found.modified)

    def delete(self, keys: Collection[str]) -> None:
        if keys:
            self._ask([f"rm {quoted(self._path(key))}" for key in keys])

    def _look(self, keys: Collection[str]) -> Sequence[Entry]:
        """What `ls` tells of files, or of what is in folders."""
        return _entries(self._ask([f"ls -ln {quoted(self._path(key))}" for key in keys]))

    def _make_folder(self, folder: str) -> None:
        if folder in self._folders:
            return
        parts = [folder]
        while len(parts[-1]) > 1 and posixpath.dirname(parts[-1]) != parts[-1]:
            parts.append(posixpath.dirname(parts[-1]))
        # Those that exist already answer with a failure, which says nothing.
        self._ask([f"mkdir {quoted(part)}" for part in reversed(parts) if part not in ("", "/")])
        self._folders.add(folder)

    def _path(self, key: str) -> str:
        return posixpath.join(self._root, key) if key else self._root

    def _ask(self, commands: Sequence[str]) -> Sequence[str]:
        """By a connection that nobody uses just now, or a new one."""
        try:
            session = self._idle.get_nowait()
        except Empty:
            session = SftpSession(self.url, self._command)
        try:
            return session.ask(commands)
        finally:
            self._idle.put(session)


class Entry(NamedTuple):
    """A line of `ls`: `kind` is its letter, `size` in bytes, `modified` in seconds since the epoch."""

    kind: str
    size: int
    modified: float | None
    name: str


def _entries(lines: Collection[str]) -> Sequence[Entry]:
    found = (_ENTRY.fullmatch(line) for line in lines)
    return [
        Entry(match[1], int(match[2]), _seconds_of(match[3]), posixpath.basename(match[4]))
        for match in found
        if match
    ]


def _seconds_of(written: str) -> float | None:
    """'Nov 28 20:25', of half a year ago at most, or 'Nov 28 2024'; in local time."""
    words, now = written.split(), time.time()
    try:
        if ":" not in words[2]:
            return time.mktime(time.strptime(" ".join(words), "%b %d %Y"))
        years = (time.localtime(now).tm_year - back for back in (0, 1))
        times = [time.mktime(time.strptime(f"{year} {' '.join(words)}", "%Y %b %d %H:%M")) for year in years]
    except (ValueError, OverflowError):
        return None
    return min(times, key=lambda one: abs(now - one))


def _complaint(lines: Collection[str]) -> str:
    told = [line.strip() for line in lines if line.strip() and not _ENTRY.fullmatch(line)]
    return told[0] if told else "the file did not arrive whole"


def _kind(lines: Collection[str]) -> Kind:
    """What the host refuses once, it refuses for all files."""
    refused = ("permission denied", "read-only", "no space", "quota", "operation unsupported")
    return Kind.FATAL if any(word in line.lower() for line in lines for word in refused) else Kind.PASSING


def open_store(remote: Remote) -> SftpRemote:
    """The remote behind ssh://[user@]host[:port]/path. Raises ExpError for options that can't be."""
    url = urlsplit(remote.url)
    options = remote.options
    if not url.hostname or url.hostname.startswith("-"):
        raise ExpError(f"remote '{remote.name}': its url names no host: {public_url(remote.url)}")
    user, port = options.get("user") or url.username, options.get("port") or url.port
    words = ["sftp", "-b", "-", *_patience(remote)]
    if port:
        words += ["-P", str(port)]
    if user:
        words += ["-o", f"User={unquote(user)}"]
    if options.get("keyfile"):
        words += ["-i", os.path.expanduser(options["keyfile"])]
    return SftpRemote(
        public_url(remote.url), unquote(url.path) or ".", (*words, "--", url.hostname), jobs(remote, _JOBS)
    )


def _patience(remote: Remote) -> list[str]:
    """A connection that is not made, or says nothing, for `timeout` seconds is given up."""
    limit = math.ceil(seconds(remote, "timeout", _TIMEOUT))
    alive = {"ConnectTimeout": limit, "ServerAliveInterval": -(-limit // 3), "ServerAliveCountMax": 3}
    return [word for name, value in alive.items() for word in ("-o", f"{name}={value}")]
