"""A file or folder to its hash, reading only what the memo doesn't know.

As DVC does: links to files count as the file, links to folders are passed over, empty folders and
exec bits inside folders leave no trace.
"""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from gitexp.cache.hashing import HASHERS, MD5, dir_hash
from gitexp.cache.memo import Memo
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.errors import ExpError

# Says whether a path is left out; gets the absolute path, with '/' at the end of a folder's.
Ignored = Callable[[str], bool]

# Never part of any data, whatever .dvcignore says: version control, and DVC projects inside the folder.
_ALWAYS_IGNORED = frozenset({".git", ".hg", ".dvc"})


@dataclass(frozen=True, slots=True)
class DirListing:
    """The files of a folder. `size` is their sum in bytes; `links` are linked folders, passed over."""

    entries: dict[str, str] = field(default_factory=dict)  # POSIX path in the folder -> md5
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
    files, links = walk(path, ignored)
    own = memo if memo is not None else Memo(None)
    entries: dict[str, str] = {}
    size = 0
    for file in files:
        try:
            entries[file.relpath] = own.entry_md5(file.folder, file.name, file.stat, algorithm)
        except OSError as error:
            raise file_trouble("read", Path(file.path), error) from error
        size += file.stat.st_size
    return DirListing(entries, size, tuple(links), algorithm)


def walk(top: Path, ignored: Ignored | None = None) -> tuple[list[FoundFile], list[str]]:
    """The files of a folder, and the linked folders in it that were passed over. Raises ExpError."""
    files: list[FoundFile] = []
    links: list[str] = []
    waiting = [(os.fspath(top), "")]
    while waiting:
        folder, prefix = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                items = list(entries)
        except OSError as error:
            raise file_trouble("read", Path(folder), error) from error
        if prefix and any(item.name == ".dvc" and item.is_dir() for item in items):
            continue  # a DVC project of its own
        for item in items:
            name = item.name
            if name in _ALWAYS_IGNORED:
                continue
            if item.is_dir():
                if ignored is not None and ignored(item.path + "/"):
                    continue
                if item.is_symlink():
                    links.append(prefix + name)
                else:
                    waiting.append((item.path, f"{prefix}{name}/"))
            elif ignored is None or not ignored(item.path):
                files.append(FoundFile(prefix + name, folder, name, _stat(item), item.is_symlink()))
    return files, links


def _stat(item: os.DirEntry[str]) -> os.stat_result:
    try:
        found = item.stat()
    except OSError as error:
        raise file_trouble("read", Path(item.path), error) from error
    _require_regular(item.path, found)
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


def find_files(target: Path, top: Path, ignored: Ignored | None = None) -> list[FoundFile]:
    """The files at or below `top`, which is `target` or inside it, with paths as seen from `target`.

    The path of `target` itself, when it is a file, is '.'. Raises ExpError as `walk` does.
    """
    prefix = top.relative_to(target).as_posix()
    if not top.is_dir():
        found = find_file(top)
        return [] if found is None else [found._replace(relpath=prefix)]
    files = walk(top, ignored)[0]
    if prefix == ".":
        return files
    return [file._replace(relpath=f"{prefix}/{file.relpath}") for file in files]
