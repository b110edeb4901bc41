"""What fsck can put right: damaged objects go, and come back from the workspace or from a remote."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitexp.cache.dvcignore import DvcIgnore
from gitexp.cache.hashing import HASHERS
from gitexp.cache.objects import FoundObject
from gitexp.cache.remotes.remote import open_remote, pull_objects
from gitexp.cache.store import Store
from gitexp.cache.tree import Ignored, list_folder
from gitexp.cache.trouble import file_trouble
from gitexp.content import Hash
from gitexp.errors import ExpError
from gitexp.experiment.data.needed import Need, NeedReader
from gitexp.project import Project
from gitexp.project.remotes import choose_remote


def take_away(store: Store, damaged: Iterable[FoundObject]) -> None:
    """Remove damaged objects; a file of the workspace that is a link to one keeps its content."""
    for found in damaged:
        found.path.unlink(missing_ok=True)
    store.objects.forget()


def lacking_here(project: Project, store: Store) -> list[Hash]:
    """What the workspace needs and the cache lacks."""
    found: dict[Hash, None] = {}
    for need in _workspace(project):
        entries = store.read_dir(need.hash) if need.hash.is_dir else None
        if entries is None:
            if not store.has(need.hash):
                found[Hash(need.hash.value, need.hash.algorithm)] = None
            continue
        for relpath in store.missing(need.hash):
            found[Hash(entries[relpath], need.hash.algorithm)] = None
    return list(found)


def restore_from_workspace(project: Project, store: Store, wanted: Iterable[Hash]) -> None:
    """Store files of the workspace that still are what the cache lacks. Raises ExpError."""
    values = {hash.value for hash in wanted}
    ignored = DvcIgnore(project.root).ignored
    for need in _workspace(project):
        top = project.root / need.path
        if not need.hash.is_dir:
            if need.hash.value in values:
                _put_back(store, top, need.hash)
            continue
        # Of a directory whose list is lost, which of its files are lost too is known when it is back.
        was_lost = need.hash.value in values and _restore_list(store, top, need.hash, ignored)
        entries = store.read_dir(need.hash)
        for relpath, md5 in entries.items() if entries is not None else ():
            if was_lost or md5 in values:
                _put_back(store, top / relpath, Hash(md5, need.hash.algorithm))


def _restore_list(store: Store, top: Path, hash: Hash, ignored: Ignored | None) -> bool:
    """Whether the folder is there and still the same."""
    if not top.is_dir():
        return False
    listing = list_folder(top, None, ignored, hash.algorithm)
    if listing.hash.value != hash.value:
        return False
    try:
        store.put_manifest(listing)
    except OSError as error:
        raise file_trouble("store", Path(error.filename or top), error) from error
    return True


def _put_back(store: Store, path: Path, hash: Hash) -> None:
    """Where objects were damaged nothing is believed: the file is read."""
    if store.has(hash) or not path.is_file():
        return
    try:
        store.objects.put_back(os.fspath(path), hash.value, hash.algorithm)
    except OSError as error:
        raise file_trouble("store", Path(error.filename or path), error) from error


def fetch_again(project: Project, store: Store, wanted: Iterable[Hash], asked: str | None) -> str | None:
    """Fetch from the remote what is still lacking; what was wrong with the remote, if it was."""
    lacking = [hash for hash in wanted if not store.objects.is_sound(hash.value, hash.algorithm)]
    if not lacking or not project.settings.remotes:
        return None
    try:
        remote = open_remote(choose_remote(project.settings, asked or None))
        pull_objects(store, remote, lacking)
    except ExpError as error:
        return error.message
    return None


def _workspace(project: Project) -> Iterator[Need]:
    with NeedReader(project) as reader:
        try:
            needs = reader.workspace()
        except ExpError:
            return
    yield from (need for need in needs if need.hash.algorithm in HASHERS)
