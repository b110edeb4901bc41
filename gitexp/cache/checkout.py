"""Make a path in the workspace equal to a hash, and the ways back: save and link, unprotect, remove."""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from gitexp.cache.entries import Entries, differing, restrict
from gitexp.cache.memory.memo import Memo
from gitexp.cache.placing import Placer
from gitexp.cache.relink import save_and_link
from gitexp.cache.store import Store
from gitexp.cache.tree import FoundFile, Ignored, find_file, find_files
from gitexp.cache.trouble import file_trouble
from gitexp.cache.workspace import remove, unprotect
from gitexp.content import Hash
from gitexp.errors import ExpError

__all__ = ["MissingObjects", "checkout", "remove", "save_and_link", "unprotect"]


class MissingObjects(ExpError):
    """Data that is not in the cache: `paths` are those that can't be brought."""

    def __init__(self, target: Path, paths: Sequence[str]) -> None:
        shown = [str(target / path) if path else str(target) for path in paths[:3]]
        more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
        super().__init__(
            f"not in the cache: {', '.join(shown)}{more}.",
            "fetch it (`exp data fetch`), or run the stage that makes it again.",
        )
        self.paths = tuple(paths)


def checkout(
    store: Store,
    hash: Hash,
    target: Path,
    types: Sequence[str],
    only: str | None = None,
    memo: Memo | None = None,
    ignored: Ignored | None = None,
) -> bool:
    """Make `target` equal to the object of `hash`; return whether anything had to change.

    Files that match stay as they are, the others are replaced one by one (new beside, rename), what the
    hash doesn't have is removed. `only` is a path inside a directory: the rest of it is not touched.
    Raises MissingObjects before anything is changed, ExpError when a file can't be written.
    """
    store.bring(hash, only)
    missing = store.missing(hash, only)
    if missing:
        raise MissingObjects(target, missing)
    own = memo if memo is not None else Memo(None)
    work = _Checkout(Placer(store, hash.algorithm, types, own), own, hash.algorithm)
    try:
        if not hash.is_dir:
            return work.file(hash, target)
        wanted = Entries.of(restrict(store.read_dir(hash) or {}, only))
        return work.folder(wanted, target, only, ignored)
    except OSError as error:
        raise file_trouble("write", Path(error.filename2 or error.filename or target), error) from error


class _Checkout:
    """One checkout: what it needs everywhere."""

    def __init__(self, placer: Placer, memo: Memo, algorithm: str) -> None:
        self._placer = placer
        self._memo = memo
        self._algorithm = algorithm

    def file(self, hash: Hash, target: Path) -> bool:
        present = find_file(target)
        if present is not None and self._md5_of(present) == hash.value:
            return _set_executable(target, present.stat, hash.isexec)
        if target.is_dir() and not target.is_symlink():
            remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        self._placer.place(hash.value, os.fspath(target), hash.isexec)
        self._placer.remember()
        return True

    def folder(self, wanted: Entries, target: Path, only: str | None, ignored: Ignored | None) -> bool:
        created = not target.is_dir()
        if created:
            _clear_way(target)
        files = find_files(target, target / only if only else target, ignored)
        # What is to be done is known before anything of it is done.
        stale, extra = differing(wanted, ((file.relpath, self._md5_of(file)) for file in files))
        for relpath in extra:
            path = os.path.join(target, relpath)
            os.unlink(path)
            _prune_empty(os.path.dirname(path), os.fspath(target))
        self._fill(target, stale)
        if created and only is None:
            target.mkdir(parents=True, exist_ok=True)
        return bool(extra or stale or (created and only is None))

    def _fill(self, target: Path, files: Entries) -> None:
        folders: set[str] = set()
        for relpath, md5 in files.items():
            path = os.path.join(target, relpath)
            folder = os.path.dirname(path)
            if folder not in folders:
                _make_folders(folder, target)
                folders.add(folder)
            _clear_folder(path)
            self._placer.place(md5, path)
        self._placer.remember()

    def _md5_of(self, file: FoundFile) -> str:
        return self._memo.entry_md5(file.folder, file.name, file.stat, self._algorithm)


def _set_executable(target: Path, found: os.stat_result, wanted: bool) -> bool:
    if wanted and not found.st_mode & stat_modes.S_IXUSR:
        if found.st_nlink > 1 or target.is_symlink():
            unprotect(target)
        target.chmod(target.stat().st_mode | stat_modes.S_IXUSR)
        return True
    return False


def _clear_way(target: Path) -> None:
    """A file or link where a folder must be goes."""
    if os.path.lexists(target):
        target.unlink()


def _clear_folder(path: str) -> None:
    """A folder where a file must be goes."""
    if os.path.isdir(path) and not os.path.islink(path):
        remove(Path(path))


def _make_folders(folder: str, target: Path) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        for part in PurePosixPath(os.path.relpath(folder, target)).parts:
            target = target / part
            if os.path.lexists(target) and not target.is_dir():
                target.unlink()
        os.makedirs(folder, exist_ok=True)


def _prune_empty(folder: str, top: str) -> None:
    """Remove a folder that became empty, and those above it, up to but not with `top`."""
    while folder != top:
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)
