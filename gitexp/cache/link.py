"""An object of the cache to a file in the workspace: reflink, hardlink, symlink or copy.

Each type is tried in the order of `cache.type`; what the file system can't do is not tried again. A file
that is replaced is replaced whole: the new one is made beside it and renamed.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat as stat_modes
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from gitexp.cache.hashing import SMALL, read_blocks
from gitexp.cache.trouble import file_trouble
from gitexp.errors import ExpError

REFLINK, HARDLINK, SYMLINK, COPY = "reflink", "hardlink", "symlink", "copy"

_FICLONE = 0x40049409
_CANT = frozenset(
    {
        errno.EXDEV,
        errno.EOPNOTSUPP,
        errno.ENOTTY,
        errno.EINVAL,
        errno.EPERM,
        errno.ENOSYS,
        errno.EBADF,
        errno.ETXTBSY,
    }
)


def temp_beside(path: str) -> str:
    """A name in the same folder that nobody uses; hidden, and ending in .tmp as DVC's own do."""
    return os.path.join(os.path.dirname(path), f".{os.urandom(8).hex()}.tmp")


class Linker:
    """Places objects with the first link type of `types` that works, remembering those that don't."""

    def __init__(self, types: Sequence[str]) -> None:
        self._types = list(types)

    def place(self, stored: str, target: str, executable: bool = False) -> None:
        """Make `target` hold the object `stored`, replacing a file or link there; its folder must exist.

        Links are read-only with their object; reflinks and copies are writable. An executable is never
        a link, for the object is not executable. Raises OSError.
        """
        for kind in list(self._types):
            if executable and kind in (HARDLINK, SYMLINK):
                continue
            try:
                _place_as(kind, stored, target, executable)
                return
            except OSError as error:
                if error.errno == errno.EMLINK:
                    continue  # this object has all the links it can have
                if error.errno not in _CANT:
                    raise
                self._types.remove(kind)
        _place_as(COPY, stored, target, executable)


def place(stored: Path, target: Path, types: Sequence[str], executable: bool = False) -> None:
    """Make `target` hold the object `stored`; folders are created. Raises ExpError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        Linker(types).place(os.fspath(stored), os.fspath(target), executable)
    except OSError as error:
        raise file_trouble("write", target, error) from error


def _place_as(kind: str, stored: str, target: str, executable: bool) -> None:
    if kind == HARDLINK:
        _put_link(os.link, stored, target)
    elif kind == SYMLINK:
        _put_link(os.symlink, stored, target)
    elif kind == REFLINK:
        _put_copy(clone_file, stored, target, executable)
    elif kind == COPY:
        _put_copy(copy_file, stored, target, executable)
    else:
        raise ExpError(
            f"'{kind}' is not a link type.", "`cache.type` takes reflink, hardlink, symlink and copy."
        )


def _put_link(make: Callable[[str, str], None], stored: str, target: str) -> None:
    try:
        make(stored, target)
    except FileExistsError:
        beside = temp_beside(target)
        make(stored, beside)
        _rename(beside, target)


def _rename(beside: str, target: str) -> None:
    try:
        os.replace(beside, target)
    finally:
        # rename() of two links of one file does nothing, and leaves both.
        _forget(beside)


def _put_copy(copy: Callable[[str, str], None], stored: str, target: str, executable: bool) -> None:
    beside = temp_beside(target)
    try:
        copy(stored, beside)
        if executable:
            os.chmod(beside, os.stat(beside).st_mode | stat_modes.S_IXUSR)
        os.replace(beside, target)
    except BaseException:
        _forget(beside)
        raise


def _forget(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)


def clone_file(source: str, new: str) -> None:
    """Make `new` share the blocks of `source`. Raises OSError where the file system can't (`new` is gone)."""
    if sys.platform != "linux":
        raise OSError(errno.EOPNOTSUPP, "reflinks are only made on Linux")
    reader = os.open(source, os.O_RDONLY)
    try:
        writer = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            fcntl.ioctl(writer, _FICLONE, reader)
        except OSError:
            os.unlink(new)
            raise
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def copy_file(source: str, new: str) -> None:
    """Copy the bytes of `source` to the new file `new`, with the mode the umask gives. Raises OSError."""
    reader = os.open(source, os.O_RDONLY)
    try:
        writer = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            block = os.read(reader, SMALL)
            write_all(writer, memoryview(block))
            if len(block) == SMALL:
                for rest in read_blocks(reader):
                    write_all(writer, rest)
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def write_all(handle: int, block: memoryview) -> None:
    """os.write until all is written: a signal or a full pipe may cut one short."""
    while block:
        block = block[os.write(handle, block) :]


@cache
def can_reflink(folder: str) -> bool:
    """Whether files in `folder` (it must exist) can be reflinked; found out by trying, once a process."""
    first, second = temp_beside(os.path.join(folder, "x")), temp_beside(os.path.join(folder, "x"))
    try:
        os.close(os.open(first, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except OSError:
        return False  # a folder that can't be written to
    try:
        clone_file(first, second)
    except OSError:
        return False
    finally:
        _forget(first)
        _forget(second)
    return True
