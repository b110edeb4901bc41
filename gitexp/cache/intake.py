"""Bring files into the cache: staged beside their place, made durable together, then published.

Hashing and copying are one pass over the bytes, and the object is named after the bytes that were
copied: a file that changes meanwhile can't get the wrong name. Where the workspace is to hold links
anyway, a file is not copied but adopted: it becomes the object, and its name in the workspace a link.
Adoption comes last: when a file can't be read, all of them still are what they were.
"""

from __future__ import annotations

import os
import stat as stat_modes
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from gitexp.cache.copying import copy_and_hash
from gitexp.cache.durable import sync_files
from gitexp.cache.entries import Entries, Packer, Stamps
from gitexp.cache.hashing import md5_file
from gitexp.cache.link import can_reflink, clone_file, temp_beside
from gitexp.cache.memory.memo import Memo, settle
from gitexp.cache.objects import Objects
from gitexp.cache.tree import FoundFile, find_file
from gitexp.errors import ExpError

# Files are staged beside the objects whose hash begins with 00: any folder of the cache would do.
_STAGING = "0" * 32


_BATCH = 1 << 15  # staged files that wait to be published

# Whether a file is what the workspace should hold of the object of an md5 (a link, a copy).
IsPlaced = Callable[[FoundFile, str], bool]


class _Staged(NamedTuple):
    temp: str
    md5: str


class Intake:
    """One save of files at or below the folder `top`, told in the order of a manifest.

    Leaving the context without an error publishes; with one, nothing of it remains staged. `adopt` makes
    files the objects themselves where that can be (hard links, then read-only). `loose` then are the files
    (path in `top` -> md5) that are not yet what `is_placed` wants them to be; with `keep` adopted ones are.
    """

    def __init__(
        self, objects: Objects, memo: Memo, top: str, adopt: bool, keep: bool, is_placed: IsPlaced
    ) -> None:
        self._objects = objects
        self._memo = memo
        self._top = top
        self._adopt = adopt
        self._keep = keep
        self._is_placed = is_placed
        self._staged: list[_Staged] = []
        self._adoptions = Packer()
        self._stamps = Stamps()
        self._loose = Packer()
        self._not_adopted = Packer()
        self._cache_device: int | None = None

    @property
    def loose(self) -> tuple[Entries, ...]:
        return self._loose.entries(), self._not_adopted.entries()

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
                self._adopt_all()
        finally:
            for staged in self._staged:
                Path(staged.temp).unlink(missing_ok=True)

    def add(self, file: FoundFile) -> str:
        """Take in one file and return its md5. Raises OSError, and ExpError if it changes meanwhile."""
        known = self._memo.lookup(file.folder, file.name, file.stat)
        if known is not None and self._objects.is_sound(known):
            md5 = known
        elif self._adopt and _is_adoptable(file) and file.stat.st_dev == self._device():
            md5 = known or self._memo.entry_md5(file.folder, file.name, file.stat)
            if not self._objects.is_sound(md5):
                self._adoptions.add(file.relpath, md5)
                self._stamps.add(file.stat.st_mtime_ns, file.stat.st_size, file.stat.st_ino)
                return md5
        else:
            md5 = self._stage(file)
        if not self._is_placed(file, md5):
            self._loose.add(file.relpath, md5)
        return md5

    def _stage(self, file: FoundFile) -> str:
        settle(file.stat.st_mtime_ns, file.stat.st_size)
        began = time.time_ns()
        temp = self._temp()
        try:
            md5 = _clone(file.path, temp) if can_reflink(os.path.dirname(temp)) else None
            md5 = md5 or copy_and_hash(file.path, temp, file.stat.st_size)
            _require_unchanged(file.path, _stamp(file.stat))
        except BaseException:
            Path(temp).unlink(missing_ok=True)
            raise
        self._memo.record(file.folder, file.name, file.stat, md5, began)
        if self._objects.is_sound(md5):
            os.unlink(temp)
        else:
            self._staged.append(_Staged(temp, md5))
            if len(self._staged) >= _BATCH:
                self._publish()
        return md5

    def _temp(self) -> str:
        place = self._objects.path(_STAGING)
        self._objects.make_folder(place)
        return temp_beside(place)

    def _device(self) -> int:
        if self._cache_device is None:
            place = self._objects.path(_STAGING)
            self._objects.make_folder(place)
            self._cache_device = os.stat(os.path.dirname(place)).st_dev
        return self._cache_device

    def _publish(self) -> None:
        sync_files(staged.temp for staged in self._staged)
        for staged in self._staged:
            self._objects.make_folder(self._objects.path(staged.md5))
            self._objects.publish(staged.temp, staged.md5)
        self._staged.clear()

    def _adopt_all(self) -> None:
        adoptions = self._adoptions.entries()
        sync_files(f"{self._top}/{relpath}" for relpath in adoptions)
        for (relpath, md5), stamp in zip(adoptions.pairs(), self._stamps, strict=True):
            if not (self._adopt_one(f"{self._top}/{relpath}", md5, stamp) and self._keep):
                self._not_adopted.add(relpath, md5)

    def _adopt_one(self, path: str, md5: str, stamp: tuple[int, int, int]) -> bool:
        self._objects.make_folder(self._objects.path(md5))
        if self._objects.adopt(path, md5):
            _require_unchanged(path, stamp, self._objects.path(md5))
            return True
        if not self._objects.is_sound(md5):
            file = find_file(Path(path))
            if file is None or self._stage(file) != md5:
                raise _changed(path)
            self._publish()
        return False


def _is_adoptable(file: FoundFile) -> bool:
    """Not a link, nobody else's name for the same bytes, ours to protect."""
    return (
        not file.is_link
        and file.stat.st_nlink == 1
        and os.geteuid() in (0, file.stat.st_uid)
        and not file.stat.st_mode & stat_modes.S_IXUSR
    )


def _stamp(found: os.stat_result) -> tuple[int, int, int]:
    return (found.st_mtime_ns, found.st_size, found.st_ino)


def _require_unchanged(path: str, then: tuple[int, int, int], adopted_as: str | None = None) -> None:
    if _stamp(os.stat(path)) != then:
        if adopted_as is not None:
            os.unlink(adopted_as)
        raise _changed(path)


def _changed(path: str) -> ExpError:
    return ExpError(
        f"{path} changed while it was being stored.",
        "wait until whatever writes it is done, then try again.",
    )


def _clone(source: str, temp: str) -> str | None:
    try:
        clone_file(source, temp)
    except OSError:
        return None  # the file is on another disk than the cache
    return md5_file(temp)
