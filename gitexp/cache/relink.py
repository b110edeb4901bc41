"""Save a path and make it links to its objects, as `cache.type` says."""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from gitexp.cache.link import COPY, HARDLINK, REFLINK, SYMLINK, can_reflink
from gitexp.cache.memory.memo import Memo
from gitexp.cache.placing import Placer
from gitexp.cache.store import Saved, Store
from gitexp.cache.tree import FoundFile, Ignored, find_file, walk
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash

_LINKS = (HARDLINK, SYMLINK)


def save_and_link(
    store: Store,
    path: Path,
    types: Sequence[str],
    memo: Memo | None = None,
    ignored: Ignored | None = None,
) -> Hash:
    """Put a file or folder into the store, and make it links to its objects where `types` says so.

    Raises ExpError; a path that could be stored but not linked stays as it was.
    """
    return save_and_report(store, path, types, memo, ignored).hash


def save_and_report(
    store: Store,
    path: Path,
    types: Sequence[str],
    memo: Memo | None = None,
    ignored: Ignored | None = None,
) -> Saved:
    """`save_and_link`, which also says which linked folders inside were passed over."""
    own = memo if memo is not None else Memo(None)
    kind = effective_type(store, types)
    single = path.is_file()
    executable = single and os.access(path, os.X_OK)
    wanted = _kind_of(kind, executable)

    def is_placed(file: FoundFile, md5: str) -> bool:
        return _is_placed_as(wanted, file, store.object_file(md5))

    saved = store.take_in(path, own, ignored, wanted in _LINKS, wanted == HARDLINK, is_placed)
    top = path.parent if single else path
    files = ((os.path.join(top, relpath), md5) for part in saved.loose for relpath, md5 in part.pairs())
    placer = Placer(store, saved.hash.algorithm, types, own)
    _place(store, files, placer, executable)
    return saved


def relink(
    store: Store,
    hash: Hash,
    path: Path,
    types: Sequence[str],
    memo: Memo | None = None,
    ignored: Ignored | None = None,
) -> int:
    """Make the files of `path`, which equals `hash`, links of the type that `types` asks for.

    Returns how many were replaced. Raises ExpError.
    """
    own = memo if memo is not None else Memo(None)
    executable = not hash.is_dir and hash.isexec
    kind = _kind_of(effective_type(store, types), executable)
    files = (
        (file.path, md5)
        for file, md5 in _files_with_hashes(store, hash, path, ignored)
        if not _is_placed_as(kind, file, store.object_file(md5, hash.algorithm))
    )
    return _place(store, files, Placer(store, hash.algorithm, types, own), executable)


def effective_type(store: Store, types: Sequence[str]) -> str:
    """The first of `types` that the file system of the cache can do; copy when none."""
    for kind in types:
        if kind != REFLINK or (store.root.is_dir() and can_reflink(os.fspath(store.root))):
            return kind
    return COPY


def _kind_of(kind: str, executable: bool) -> str:
    """An executable is never a link: its object is not executable."""
    return COPY if executable and kind in _LINKS else kind


def _place(store: Store, files: Iterable[tuple[str, str]], placer: Placer, executable: bool) -> int:
    count = 0
    try:
        for path, md5 in files:
            placer.place(md5, path, executable)
            count += 1
        placer.remember()
    except OSError as error:
        place = error.filename2 or error.filename or store.root
        raise file_trouble("link", Path(place), error) from error
    return count


def _files_with_hashes(
    store: Store, hash: Hash, path: Path, ignored: Ignored | None
) -> Iterator[tuple[FoundFile, str]]:
    if not hash.is_dir:
        file = find_file(path)
        if file is not None:
            yield file, hash.value
        return
    entries: Mapping[str, str] = store.read_dir(hash) or {}
    for file in walk(path, ignored):
        md5 = entries.get(file.relpath)
        if md5 is not None:
            yield file, md5


def _is_placed_as(kind: str, file: FoundFile, stored: str) -> bool:
    if kind == SYMLINK:
        return file.is_link and os.path.realpath(file.path) == os.path.realpath(stored)
    if file.is_link:
        return False
    if kind == HARDLINK:
        return file.stat.st_nlink > 1 and _is_object(stored, file.stat)
    return bool(file.stat.st_mode & stat_modes.S_IWUSR) or file.stat.st_nlink == 1


def _is_object(stored: str, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(stored), found)
    except FileNotFoundError:
        return False  # not published yet
