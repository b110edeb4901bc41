"""A file or folder to its hash, reading only what the memo doesn't know.

As DVC does: links to files count as the file, links to folders are passed over, empty folders and
exec bits inside folders leave no trace.
"""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from gitexp.cache.entries import Packer
from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.manifest import dir_hash
from gitexp.cache.memory.memo import Memo
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError

# Says whether a path is left out; gets the absolute path, with '/' at the end of a folder's.
Ignored = Callable[[str], bool]

# Never part of any data, whatever .dvcignore says: version control, and DVC projects inside the folder.
_ALWAYS_IGNORED = frozenset({".git", ".hg", ".dvc"})


@dataclass(frozen=True, slots=True)
class DirListing:
    """The files of a folder. `size` is their sum in bytes; `links` are linked folders, passed over."""

    entries: Mapping[str, str] = field(default_factory=dict)  # POSIX path in the folder -> md5
    size: int = 0
    links: tuple[str, ...] = ()
    algorithm: str = MD5

    @property
    def hash(self) -> Hash:
        return Hash(dir_hash(self.entries), self.algorithm, self.size, len(self.entries))


class FoundFile(NamedTuple):
    """One file met on a walk: `relpath` is its POSIX path in the walked folder. A tuple: there are many."""

    relpath: str
    folder: str
    name: str
    stat: os.stat_result  # of what it links to, if it is a link
    is_link: bool = False

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}"


def hash_path(
    path: Path, memo: Memo | None = None, ignored: Ignored | None = None, algorithm: str = MD5
) -> Hash | None:
    """The hash of a file or folder, links followed; None when there is nothing.

    `algorithm` is 'md5-dos2unix' to compare with an entry that has no `hash:`. Raises ExpError for what
    can't be read or hashed (no permission, a dangling link or a pipe in a folder).
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise file_trouble("read", path, error) from error
    if stat_modes.S_ISDIR(found.st_mode):
        return list_folder(path, memo, ignored, algorithm).hash
    return hash_file(path, found, memo, algorithm)


def hash_file(path: Path, stat: os.stat_result, memo: Memo | None, algorithm: str = MD5) -> Hash:
    """The hash of one file whose os.stat is known. Raises ExpError."""
    _require_regular(path, stat)
    try:
        md5 = memo.file_md5(path, stat, algorithm) if memo else HASHERS[algorithm](path)
    except OSError as error:
        raise file_trouble("read", path, error) from error
    return Hash(md5, algorithm, stat.st_size, isexec=bool(stat.st_mode & stat_modes.S_IXUSR))


def list_folder(
    path: Path, memo: Memo | None = None, ignored: Ignored | None = None, algorithm: str = MD5
) -> DirListing:
    """Every file of a folder with its hash. Raises ExpError as `hash_path` does."""
    files = walk(path, ignored)
    own = memo if memo is not None else Memo(None)
    packer = Packer()
    size = 0
    for file in files:
        try:
            packer.add(file.relpath, own.entry_md5(file.folder, file.name, file.stat, algorithm))
        except OSError as error:
            raise file_trouble("read", Path(file.path), error) from error
        size += file.stat.st_size
    return DirListing(packer.entries(), size, tuple(files.links), algorithm)


def walk(top: Path, ignored: Ignored | None = None) -> Walk:
    """The files of a folder in the order of a manifest, one at a time."""
    return Walk(top, ignored)


class Walk:
    """The files of a folder. Iterating raises ExpError for what can't be read.

    Names of a folder are taken when it is entered: files may be replaced while others are still to come.
    `links` are the linked folders that were passed over so far.
    """

    def __init__(self, top: Path, ignored: Ignored | None = None, prefix: str = "") -> None:
        self._top = os.fspath(top)
        self._ignored = ignored
        self._prefix = prefix
        self.links: list[str] = []

    def __iter__(self) -> Iterator[FoundFile]:
        stack = [self._enter(self._top, self._prefix, is_top=True)]
        while stack:
            folder = stack[-1]
            for name in folder.names:
                if name[-1] == "/":
                    stack.append(self._enter(f"{folder.path}/{name[:-1]}", folder.prefix + name))
                    break
                path = f"{folder.path}/{name}"
                yield FoundFile(folder.prefix + name, folder.path, name, _stat(path), name in folder.linked)
            else:
                stack.pop()

    def _enter(self, path: str, prefix: str, is_top: bool = False) -> _Folder:
        seen = len(self.links)
        try:
            with os.scandir(path) as items:
                names, linked, is_foreign = self._sort_out(items, prefix)
        except OSError as error:
            raise file_trouble("read", Path(path), error) from error
        if is_foreign and not is_top:
            names = []
            del self.links[seen:]
        # Sorted with the '/' of folders in its place, the names give the order of whole paths.
        names.sort()
        return _Folder(path, prefix, iter(names), linked)

    def _sort_out(self, items: Iterator[os.DirEntry[str]], prefix: str) -> tuple[list[str], set[str], bool]:
        """Names, folders' with '/' at the end; which of them are links; whether this is a DVC project."""
        ignored = self._ignored
        names, linked, is_foreign = [], set(), False
        for item in items:
            name = item.name
            if name in _ALWAYS_IGNORED:
                is_foreign = is_foreign or (name == ".dvc" and item.is_dir())
            elif item.is_dir():
                if ignored is not None and ignored(item.path + "/"):
                    continue
                if item.is_symlink():
                    self.links.append(prefix + name)
                else:
                    names.append(name + "/")
            elif ignored is None or not ignored(item.path):
                names.append(name)
                if item.is_symlink():
                    linked.add(name)
        return names, linked, is_foreign


class _Folder(NamedTuple):
    """A folder being walked: `names` are those still to come."""

    path: str
    prefix: str
    names: Iterator[str]
    linked: set[str]


def _stat(path: str) -> os.stat_result:
    try:
        found = os.stat(path)
    except OSError as error:
        raise file_trouble("read", Path(path), error) from error
    _require_regular(path, found)
    return found


def _require_regular(path: str | Path, stat: os.stat_result) -> None:
    if not stat_modes.S_ISREG(stat.st_mode):
        raise ExpError(
            f"{path} is neither a file nor a folder, so it can't be stored.",
            "remove it (pipe, socket or device), or name it in .dvcignore.",
        )


def find_file(path: Path) -> FoundFile | None:
    """The regular file at `path`, links followed; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    if not stat_modes.S_ISREG(found.st_mode):
        return None
    return FoundFile(path.name, os.path.dirname(path), path.name, found, path.is_symlink())


def find_files(target: Path, top: Path, ignored: Ignored | None = None) -> Iterator[FoundFile]:
    """The files at or below `top`, which is `target` or inside it, with paths as seen from `target`.

    In the order of a manifest. The path of `target` itself, when it is a file, is '.'. Raises ExpError as
    walking does.
    """
    prefix = top.relative_to(target).as_posix()
    if not top.is_dir():
        found = find_file(top)
        return iter([] if found is None else [found._replace(relpath=prefix)])
    return iter(Walk(top, ignored, "" if prefix == "." else f"{prefix}/"))
