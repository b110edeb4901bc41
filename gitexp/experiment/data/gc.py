"""`exp gc`: remove what `garbage` found, from the cache and, if asked, from a remote."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from gitexp.build.dvc_lock import dvc_lock
from gitexp.cache.manifest import read_dir_file
from gitexp.cache.remotes.remote import RemoteStore, RemoteTrouble, open_remote
from gitexp.cache.remotes.store import Kind, RemoteObject, ignore_bytes, key_of, value_of
from gitexp.cache.store import Store
from gitexp.cache.trouble import file_trouble
from gitexp.cache.workspace import remove
from gitexp.dataclass import dataclass
from gitexp.errors import ExpError
from gitexp.experiment.data.garbage import Garbage, GcRequest, find_garbage, kept_elsewhere, kept_values
from gitexp.experiment.data.kept_hashes import children_of
from gitexp.experiment.data.leftovers import Piece, sweep_leftovers
from gitexp.experiment.stores import open_store
from gitexp.project import Project
from gitexp.project.remotes import choose_remote

_UNTOUCHED = 24 * 3600.0  # seconds; no push needs so long for one file


@dataclass(frozen=True, slots=True)
class RemoteGarbage:
    """What a remote has that nothing needs. `unfinished` is what pushes that were killed left there."""

    remote: RemoteStore
    objects: tuple[RemoteObject, ...]
    unfinished: tuple[RemoteObject, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.objects or self.unfinished)

    @property
    def size(self) -> int:
        return sum(found.size or 0 for found in (*self.objects, *self.unfinished))


def remove_garbage(project: Project, request: GcRequest, garbage: Garbage) -> int:
    """Remove it; the bytes that were freed. Raises ExpError for the first file that can't be removed.

    What was used since it was found stays. Runs go before their outs: whoever looks meanwhile finds no run
    whose outs are gone.
    """
    sweep_leftovers(project, garbage.leftovers)
    with dvc_lock(project.root):
        still = set(find_garbage(project, request).pieces)
        freed = sum(_remove(piece, garbage.at) for piece in garbage.pieces if piece in still)
    return freed + garbage.leftovers.size


def _remove(piece: Piece, at: float) -> int:
    try:
        if piece.path.stat().st_ctime > at:
            return 0
        if piece.path.is_dir():
            remove(piece.path)
        else:
            piece.path.unlink()
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise file_trouble("remove", piece.path, error) from error
    return piece.size


def find_remote_garbage(project: Project, request: GcRequest, name: str | None) -> RemoteGarbage:
    """Look at a remote. Raises ExpError when it can't be listed, or when a directory's list can't be had."""
    store = open_store(project)
    remote = open_remote(choose_remote(project.settings, name))
    kept = _whole(store, remote, kept_values(project, store, request) | kept_elsewhere(store, request))
    found = [one for one in remote.list("") if (value := value_of(one.key)) and value[0] not in kept]
    until = time.time() - _UNTOUCHED
    left = [one for one in remote.unfinished() if one.modified is not None and one.modified < until]
    return RemoteGarbage(remote, tuple(found), tuple(left))


def remove_remote_garbage(garbage: RemoteGarbage) -> None:
    """Directories go before their children: whoever looks meanwhile finds no directory without them."""
    folders = [one.key for one in garbage.objects if one.key.endswith(".dir")]
    files = [one.key for one in garbage.objects if not one.key.endswith(".dir")]
    garbage.remote.delete(folders)
    garbage.remote.delete(files)
    garbage.remote.sweep(garbage.unfinished)


def _whole(store: Store, remote: RemoteStore, kept: Iterable[str]) -> set[str]:
    """The hashes with the children of directories, looked up on the remote where the cache lacks the list."""
    found: set[str] = set()
    for value in kept:
        found.add(value)
        if value.endswith(".dir"):
            children = children_of(store, value)
            found |= children if children is not None else _children_there(remote, value)
    return found


def _children_there(remote: RemoteStore, value: str) -> set[str]:
    for algorithm in ("md5", "md5-dos2unix"):
        key = key_of(value, algorithm)
        with tempfile.TemporaryDirectory() as folder:
            try:
                remote.get(key, Path(folder, "list"), ignore_bytes)
                return set(read_dir_file(Path(folder, "list")).values())
            except RemoteTrouble as trouble:
                if trouble.kind is not Kind.ABSENT:
                    raise
            except ValueError:
                raise ExpError(
                    f"{key} on {remote.url} is damaged, so nothing there can be told to be garbage.",
                    "`exp fsck` says which experiments need it.",
                ) from None
    return set()
