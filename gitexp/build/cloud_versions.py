"""Outs whose files a cloud-versioned remote keeps: what dvc.lock and .dvc files say of each file there.

DVC writes no hash for such a folder, but those of its files (`files:`), with a version on each remote that
has them (`cloud:`). From these the folder's hash is what it would be in a cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitexp.cache.entries import Entries
from gitexp.cache.hashing import MD5
from gitexp.cache.manifest import dir_hash, parse_dir, serialise_dir
from gitexp.content import Hash, Value
from gitexp.dataclass import dataclass
from gitexp.pipeline.lock import LockedPath


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file of an out on a remote. `relpath` is '' for an out that is a file itself."""

    remote: str
    relpath: str
    md5: str
    version: str | None
    size: int | None = None  # bytes


def recorded_hash(locked: LockedPath) -> Hash | None:
    """The hash of an out, also of a folder whose files alone are named."""
    if locked.hash is not None or "files" not in locked.extra:
        return locked.hash
    entries = files_of(locked)
    if entries is None:
        return None
    sizes = [item.get("size") for item in locked.extra["files"]]
    known = [size for size in sizes if isinstance(size, int)]
    return Hash(dir_hash(entries), MD5, sum(known) if len(known) == len(sizes) else None, len(entries))


def files_of(locked: LockedPath) -> Entries | None:
    """Path in the folder -> md5, as `files:` says; None if that can't be."""
    try:
        return parse_dir(serialise_dir({str(item["relpath"]): str(item["md5"]) for item in _files(locked)}))
    except (KeyError, TypeError, ValueError):
        return None


def versions_of(locked: LockedPath) -> Iterator[FileVersion]:
    """Every file on every remote that is named."""
    if locked.hash is not None and not locked.hash.is_dir:
        yield from _versions(locked.extra, "", locked.hash.value)
    elif files_of(locked) is not None:
        for item in _files(locked):
            yield from _versions(item, str(item["relpath"]), str(item["md5"]))


def _files(locked: LockedPath) -> list[Mapping[str, Value]]:
    found = locked.extra.get("files")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _versions(item: Mapping[str, Value], relpath: str, md5: str) -> Iterator[FileVersion]:
    cloud = item.get("cloud")
    size = item.get("size")
    for remote, told in cloud.items() if isinstance(cloud, dict) else ():
        version = told.get("version_id") if isinstance(told, dict) else None
        yield FileVersion(str(remote), relpath, md5, version, size if isinstance(size, int) else None)
