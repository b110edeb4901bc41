"""Save a path and make it links to its objects, as `cache.type` says."""

from __future__ import annotations

import os
import stat as stat_modes
from collections.abc import Sequence
from pathlib import Path

from gitexp.cache.link import COPY, HARDLINK, REFLINK, SYMLINK, can_reflink
from gitexp.cache.memo import Memo
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
    saved = store.take_in(path, own, ignored, adopt=kind in _LINKS)
    done = saved.linked if kind == HARDLINK else frozenset()
    files = [(file, md5) for file, md5 in saved.files if file.path not in done]
    _link_again(store, saved.hash, files, kind, Placer(store, saved.hash.algorithm, types, own))
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
    files = _files_with_hashes(store, hash, path, ignored)
    placer = Placer(store, hash.algorithm, types, own)
    return _link_again(store, hash, files, effective_type(store, types), placer)


def effective_type(store: Store, types: Sequence[str]) -> str:
    """The first of `types` that the file system of the cache can do; copy when none."""
    for kind in types:
        if kind != REFLINK or (store.root.is_dir() and can_reflink(os.fspath(store.root))):
            return kind
    return COPY


def _link_again(
    store: Store, hash: Hash, files: Sequence[tuple[FoundFile, str]], kind: str, placer: Placer
) -> int:
    executable = not hash.is_dir and hash.isexec
    wanted = COPY if executable else kind
    count = 0
    try:
        for file, md5 in files:
            if not _is_placed_as(wanted, file, store.object_file(md5, hash.algorithm)):
                placer.place(md5, file.path, executable)
                count += 1
        placer.remember()
    except OSError as error:
        path = error.filename2 or error.filename or store.root
        raise file_trouble("link", Path(path), error) from error
    return count


def _files_with_hashes(
    store: Store, hash: Hash, path: Path, ignored: Ignored | None
) -> list[tuple[FoundFile, str]]:
    if not hash.is_dir:
        file = find_file(path)
        return [(file, hash.value)] if file else []
    entries = store.read_dir(hash) or {}
    return [(file, entries[file.relpath]) for file in walk(path, ignored)[0] if file.relpath in entries]


def _is_placed_as(kind: str, file: FoundFile, stored: str) -> bool:
    if kind == SYMLINK:
        return file.is_link and os.path.realpath(file.path) == os.path.realpath(stored)
    if file.is_link:
        return False
    if kind == HARDLINK:
        return file.stat.st_nlink > 1 and os.path.samestat(os.stat(stored), file.stat)
    return bool(file.stat.st_mode & stat_modes.S_IWUSR) or file.stat.st_nlink == 1
