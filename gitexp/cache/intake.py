"""Bring files into the cache: staged beside their place, made durable together, then published.

Hashing and copying are one pass over the bytes, and the object is named after the bytes that were
copied: a file that changes meanwhile can't get the wrong name. Where the workspace is to hold links
anyway, a file is not copied but adopted: it becomes the object, and its name in the workspace a link.
"""

from __future__ import annotations

import os
import stat as stat_modes
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from gitexp.cache.copying import copy_and_hash
from gitexp.cache.durable import sync_files
from gitexp.cache.hashing import md5_file
from gitexp.cache.link import can_reflink, clone_file, temp_beside
from gitexp.cache.memo import Memo, settle
from gitexp.cache.objects import Objects
from gitexp.cache.tree import FoundFile
from gitexp.errors import ExpError

# Files are staged beside the objects whose hash begins with 00: any folder of the cache would do.
_STAGING = "0" * 32


@dataclass(frozen=True, slots=True)
class _Staged:
    temp: str
    md5: str


@dataclass(frozen=True, slots=True)
class _Adoption:
    file: FoundFile
    md5: str


class Intake:
    """One save. Leaving the context without an error publishes; with one, nothing of it remains staged.

    `adopt` makes files the objects themselves where that can be (hard links, then read-only).
    `linked` then holds the paths of those that are links to their object now.
    """

    def __init__(self, objects: Objects, memo: Memo, adopt: bool) -> None:
        self._objects = objects
        self._memo = memo
        self._adopt = adopt
        self._staged: list[_Staged] = []
        self._adoptions: list[_Adoption] = []
        self._cache_device: int | None = None
        self.linked: set[str] = set()

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._publish()
        finally:
            for staged in self._staged:
                Path(staged.temp).unlink(missing_ok=True)

    def add(self, file: FoundFile) -> str:
        """Take in one file and return its md5. Raises OSError, and ExpError if it changes meanwhile."""
        known = self._memo.lookup(file.folder, file.name, file.stat)
        if known is not None and self._objects.is_sound(known):
            return known
        if self._adopt and _is_adoptable(file) and file.stat.st_dev == self._device():
            md5 = known or self._memo.entry_md5(file.folder, file.name, file.stat)
            if not self._objects.is_sound(md5):
                self._adoptions.append(_Adoption(file, md5))
            return md5
        return self._stage(file)

    def _stage(self, file: FoundFile) -> str:
        settle(file.stat.st_mtime_ns, file.stat.st_size)
        began = time.time_ns()
        temp = self._temp()
        try:
            md5 = _clone(file.path, temp) if can_reflink(os.path.dirname(temp)) else None
            md5 = md5 or copy_and_hash(file.path, temp, file.stat.st_size)
            _require_unchanged(file)
        except BaseException:
            Path(temp).unlink(missing_ok=True)
            raise
        self._memo.record(file.folder, file.name, file.stat, md5, began)
        if self._objects.is_sound(md5):
            os.unlink(temp)
        else:
            self._staged.append(_Staged(temp, md5))
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
        sync_files([staged.temp for staged in self._staged])
        for staged in self._staged:
            self._objects.make_folder(self._objects.path(staged.md5))
            self._objects.publish(staged.temp, staged.md5)
        self._staged.clear()
        sync_files([adoption.file.path for adoption in self._adoptions])
        for adoption in self._adoptions:
            self._settle_adoption(adoption)

    def _settle_adoption(self, adoption: _Adoption) -> None:
        file = adoption.file
        self._objects.make_folder(self._objects.path(adoption.md5))
        if self._objects.adopt(file.path, adoption.md5):
            _require_unchanged(file, self._objects.path(adoption.md5))
            self.linked.add(file.path)
        elif not self._objects.is_sound(adoption.md5):
            md5 = self._stage(file)
            last = self._staged.pop()
            sync_files([last.temp])
            self._objects.publish(last.temp, md5)


def _is_adoptable(file: FoundFile) -> bool:
    """Not a link, nobody else's name for the same bytes, ours to protect."""
    return (
        not file.is_link
        and file.stat.st_nlink == 1
        and os.geteuid() in (0, file.stat.st_uid)
        and not file.stat.st_mode & stat_modes.S_IXUSR
    )


def _require_unchanged(file: FoundFile, adopted_as: str | None = None) -> os.stat_result:
    now = os.stat(file.path)
    then = file.stat
    if (now.st_mtime_ns, now.st_size, now.st_ino) != (then.st_mtime_ns, then.st_size, then.st_ino):
        if adopted_as is not None:
            os.unlink(adopted_as)
        raise ExpError(
            f"{file.path} changed while it was being stored.",
            "wait until whatever writes it is done, then try again.",
        )
    return now


def _clone(source: str, temp: str) -> str | None:
    try:
        clone_file(source, temp)
    except OSError:
        return None  # the file is on another disk than the cache
    return md5_file(temp)
