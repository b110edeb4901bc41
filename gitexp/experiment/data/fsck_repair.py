"""What fsck can put right: damaged objects go, and come back from the workspace or from a remote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from gitexp.cache.hashing import HASHERS, MD5
from gitexp.cache.objects import FoundObject
from gitexp.cache.remote import open_remote, pull_objects
from gitexp.cache.store import Store
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
    values = {hash.value: hash.algorithm for hash in wanted}
    for need in _workspace(project):
        top = project.root / need.path
        if need.hash.value in values and (need.hash.is_dir or _is_still(top, need.hash)):
            # Of a directory whose list is lost all is stored: only so its list can be made again.
            store.save(top)
            continue
        entries = store.read_dir(need.hash) if need.hash.is_dir else None
        for relpath, md5 in entries.items() if entries is not None else ():
            hash = Hash(md5, need.hash.algorithm)
            if md5 in values and not store.has(hash) and _is_still(top / relpath, hash):
                store.save(top / relpath)


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


def _is_still(path: Path, hash: Hash) -> bool:
    """Whether a file has the content, read now: where objects were damaged nothing is believed."""
    try:
        return HASHERS[hash.algorithm](path) == hash.value
    except OSError:
        return False


def _workspace(project: Project) -> Iterator[Need]:
    with NeedReader(project) as reader:
        try:
            needs = reader.workspace()
        except ExpError:
            return
    yield from (need for need in needs if need.hash.algorithm == MD5)
