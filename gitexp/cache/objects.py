"""The folder of objects: where each lives, whether it can be trusted, and how a new one gets in.

An object appears under its name whole or not at all: written beside, made durable, read-only (0444),
and only then linked to its name. Read-only says 'this is what its name says'; an object that can be
written is read before it is believed, by us as by DVC.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from gitexp.cache.copying import copy_and_hash
from gitexp.cache.durable import sync_files
from gitexp.cache.hashing import DOS2UNIX, HASHERS, MD5
from gitexp.cache.link import temp_beside

_OBJECT = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
_READ_ONLY = 0o444
_WRITE_BITS = 0o222
_GROUP_FOLDER = 0o2775
_BELIEVED = 1 << 16  # objects that are remembered to be sound: asking again costs little
_NO_LINKS = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})


class Objects:
    """The objects under one cache folder. `shared` lets the group write to it (`cache.shared = group`)."""

    def __init__(self, root: Path, shared: bool = False) -> None:
        self.root = root
        self._shared = shared
        self._prefix = {MD5: os.path.join(root, "files", "md5", ""), DOS2UNIX: os.path.join(root, "")}
        self._folders: set[str] = set()
        self._believed: set[str] = set()

    def path(self, value: str, algorithm: str = MD5) -> str:
        """Where the object of a hash is or would be. DVC 2's objects lie right under the root."""
        return f"{self._prefix[algorithm]}{value[:2]}{os.sep}{value[2:]}"

    def knows(self, algorithm: str) -> bool:
        """Whether hashes of this algorithm can have objects (an etag has none)."""
        return algorithm in self._prefix

    def is_sound(self, value: str, algorithm: str = MD5) -> bool:
        """Whether the object is there and is what its name says."""
        path = self.path(value, algorithm)
        if path in self._believed:
            return True
        try:
            mode = os.stat(path).st_mode
        except OSError:
            return False
        if mode & _WRITE_BITS and not self._prove(path, value, algorithm):
            return False
        self._believe(path)
        return True

    def _believe(self, path: str) -> None:
        if len(self._believed) >= _BELIEVED:
            self._believed = set()
        self._believed.add(path)

    def _prove(self, path: str, value: str, algorithm: str) -> bool:
        if not self.holds(value, algorithm):
            return False
        _protect(path)
        return True

    def holds(self, value: str, algorithm: str = MD5) -> bool:
        """Whether the bytes of the object have its hash; reads it."""
        # A manifest is hashed as it stands, also among DVC 2's objects.
        hasher = HASHERS[MD5 if value.endswith(".dir") else algorithm]
        try:
            return hasher(self.path(value, algorithm)) == value.removesuffix(".dir")
        except OSError:
            return False

    def forget(self) -> None:
        """Drop what was believed: objects may have been removed."""
        self._believed.clear()

    def make_folder(self, object_path: str) -> None:
        """Create the folder of an object."""
        folder = os.path.dirname(object_path)
        if folder not in self._folders:
            self._make_folders(folder)
            self._folders.add(folder)

    def _make_folders(self, folder: str) -> None:
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for path in reversed(missing):
            try:
                os.mkdir(path)
            except FileExistsError:
                continue
            if self._shared:
                os.chmod(path, _GROUP_FOLDER)

    def publish(self, temp: str, value: str, algorithm: str = MD5) -> None:
        """Give the durable file `temp` the name of its hash. A sound object there stays."""
        final = self.path(value, algorithm)
        _protect(temp)
        try:
            os.link(temp, final)
        except FileExistsError:
            if self.is_sound(value, algorithm):
                os.unlink(temp)
            else:
                os.replace(temp, final)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            os.replace(temp, final)
        else:
            os.unlink(temp)
        self._believe(final)

    def adopt(self, source: str, value: str) -> bool:
        """Make the workspace file `source` itself the object: one inode, read-only from now on.

        False, and nothing done, if there is something under that name, or if no link can be made here
        (another disk, a file system without hard links).
        """
        final = self.path(value)
        try:
            os.link(source, final)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno == errno.EXDEV or error.errno in _NO_LINKS:
                return False
            raise
        os.chmod(source, _READ_ONLY)
        self._believe(final)
        return True

    def put_back(self, source: str, value: str, algorithm: str) -> bool:
        """Copy a file in as the object that it was; False if it is something else now. Raises OSError."""
        final = self.path(value, algorithm)
        self.make_folder(final)
        temp = temp_beside(final)
        try:
            md5 = copy_and_hash(source, temp, os.stat(source).st_size)
            if (md5 if algorithm == MD5 else HASHERS[algorithm](temp)) != value:
                return False
            sync_files([temp])
            self.publish(temp, value, algorithm)
            return True
        finally:
            Path(temp).unlink(missing_ok=True)

    def put(self, blocks: Iterable[bytes], value: str, algorithm: str = MD5) -> None:
        """Store bytes, which come in pieces, and whose hash is `value`."""
        final = self.path(value, algorithm)
        if self.is_sound(value, algorithm):
            return
        self.make_folder(final)
        temp = temp_beside(final)
        try:
            with open(temp, "xb") as file:
                file.writelines(blocks)
                file.flush()
                os.fsync(file.fileno())
            self.publish(temp, value, algorithm)
        except BaseException:
            Path(temp).unlink(missing_ok=True)
            raise


class FoundObject(NamedTuple):
    """One object in a listing. A tuple: there are many."""

    path: Path
    value: str
    algorithm: str
    stat: os.stat_result


def list_objects(root: Path) -> Iterator[FoundObject]:
    """Every object of a cache, by DVC 3 and DVC 2. What else lies there is passed over."""
    for algorithm, top in ((MD5, root / "files" / "md5"), (DOS2UNIX, root)):
        for item, prefix in _scan_pairs(top):
            value = prefix + item.name
            if _OBJECT.fullmatch(value) and item.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    yield FoundObject(Path(item.path), value, algorithm, item.stat(follow_symlinks=False))


def list_temps(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Half-written files that killed processes left, ours and DVC's."""
    objects = root / "files" / "md5"
    for top in (objects, root):
        # DVC writes some of its own right beside the folders.
        beside = _scan(objects) if top == objects else []
        for item in (*beside, *(item for item, _ in _scan_pairs(top))):
            if item.name.endswith(".tmp") and item.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):
                    yield Path(item.path), item.stat(follow_symlinks=False)


def _scan_pairs(top: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """What is in the folders of two hexadecimal digits below `top`, with the digits."""
    for number in range(256):
        prefix = f"{number:02x}"
        yield from ((item, prefix) for item in _scan(top / prefix))


def _scan(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _protect(path: str) -> None:
    try:
        os.chmod(path, _READ_ONLY)
    except OSError:
        return  # somebody else's object in a shared cache, or a file system without modes
