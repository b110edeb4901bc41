"""A data remote that is a folder: a local disk, or a mounted share.

Objects are staged beside their place and get their names in batches (see durable.py).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from gitexp.cache.copying import copy_and_hash
from gitexp.cache.durable import Unnamed
from gitexp.cache.link import temp_beside
from gitexp.cache.remotes.store import (
    Kind,
    Moved,
    RemoteObject,
    RemoteTrouble,
    WalkedRemote,
    absent,
    damaged,
)
from gitexp.cache.trouble import file_trouble

_READ_ONLY = 0o444  # as DVC leaves its objects in such a remote

# The disk or the share may answer again in a moment.
_PASSING = frozenset({errno.EIO, errno.EAGAIN, errno.ESTALE, errno.ETIMEDOUT, errno.EBUSY, errno.EINTR})


class FolderRemote(WalkedRemote):
    """The remote at `root`; it is created by the first put. Implements RemoteStore."""

    usual_jobs = 4

    def __init__(self, root: Path, jobs: int = usual_jobs) -> None:
        self._root = root
        self._unnamed = Unnamed()
        self._folders: set[str] = set()
        self.url = str(root)
        self.jobs = jobs

    def exists(self, keys: Collection[str]) -> Mapping[str, int | None]:
        found: dict[str, int | None] = {}
        for key in keys:
            try:
                found[key] = os.stat(self._path(key)).st_size
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise self._trouble("read", key, error) from error
        return found

    def put(self, source: Path, key: str, md5: str | None, moved: Moved) -> None:
        final = self._path(key)
        try:
            size = os.stat(source).st_size
            self._make_folder(os.path.dirname(final))
            temp = temp_beside(final)
            try:
                arrived = copy_and_hash(os.fspath(source), temp, size, moved)
                if md5 is not None and arrived != md5:
                    raise damaged(key, self.url)
                os.chmod(temp, _READ_ONLY)
            except BaseException:
                _forget(temp)
                raise
        except OSError as error:
            raise self._trouble("write", key, error) from error
        with self._naming():
            self._unnamed.add(temp, partial(os.replace, temp, final))

    def flush(self) -> None:
        with self._naming():
            self._unnamed.flush()

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._trouble("write", error.filename2 or error.filename or "", error) from error

    def get(self, key: str, target: Path, moved: Moved) -> str | None:
        path = self._path(key)
        try:
            found = os.stat(path)
            if not stat.S_ISREG(found.st_mode):
                raise damaged(key, self.url)
            size = found.st_size
            md5 = copy_and_hash(path, os.fspath(target), size, moved)
        except FileNotFoundError:
            raise absent(key, self.url) from None
        except OSError as error:
            if error.filename == os.fspath(target) or error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise  # it is the cache that can't be written
            raise self._trouble("read", key, error) from error
        return md5

    def walk(self, prefix: str) -> Iterator[RemoteObject]:
        if not self._root.is_dir():
            return
        waiting = [prefix.rstrip("/")]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(self._path(folder)) as entries:
                    items = list(entries)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise self._trouble("read", folder, error) from error
            for item in items:
                key = f"{folder}/{item.name}" if folder else item.name
                if item.is_dir():
                    waiting.append(key)
                else:
                    with suppress(FileNotFoundError):
                        found = item.stat()
                        yield RemoteObject(key, found.st_size, found.st_mtime)

    def delete(self, keys: Collection[str]) -> None:
        for key in keys:
            try:
                os.unlink(self._path(key))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._trouble("remove", key, error) from error

    def _path(self, key: str) -> str:
        return os.path.join(self._root, key)

    def _make_folder(self, folder: str) -> None:
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)
            self._folders.add(folder)

    def _trouble(self, doing: str, key: str, error: OSError) -> RemoteTrouble:
        told = file_trouble(doing, Path(self._path(key)), error)
        kind = Kind.PASSING if error.errno in _PASSING else Kind.FATAL
        return RemoteTrouble(kind, told.message, told.hint)


def _forget(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)
