"""Refs by their last word, and by what they hold, without reading those that don't fit.

To list 10,000 loose refs is to open 10,000 files. To ask each folder for one name is a question a folder, and
packed refs are one file that a search goes through in a millisecond.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from gitexp.git.packed_refs import packed_at, packed_called
from gitexp.git.refs import Ref, list_loose, list_refs
from gitexp.git.repo import Repo, is_reftable, read_loose

_LONGEST = 255  # bytes of a file's name


def refs_called(repo: Repo, prefix: str, depth: int, name: str) -> list[Ref]:
    """The refs called `name` exactly `depth` folders below `prefix` ('refs/exps/'), sorted by full name."""
    if name in ("", ".", "..") or not set("/\0\n").isdisjoint(name) or len(os.fsencode(name)) > _LONGEST:
        return []
    if is_reftable(repo):
        found = list_refs(repo, prefix)
        return [ref for ref in found if ref.name.removeprefix(prefix).split("/")[depth:] == [name]]
    refs = dict(_loose(repo, prefix, depth, name))
    for full, oid in packed_called(repo.common_dir, prefix, depth, name):
        refs.setdefault(full, oid)
    return [Ref(full, oid) for full, oid in sorted(refs.items())]


def refs_at(repo: Repo, prefix: str, oid: str) -> list[Ref]:
    """The refs below `prefix` that hold an object, sorted by full name."""
    if is_reftable(repo):
        return [ref for ref in list_refs(repo, prefix) if ref.oid == oid]
    loose = dict(list_loose(repo, prefix))
    packed = [pair for pair in packed_at(repo.common_dir, prefix, oid) if pair[0] not in loose]
    return [Ref(name, at) for name, at in sorted([*packed, *loose.items()]) if at == oid]


def _loose(repo: Repo, prefix: str, depth: int, name: str) -> Iterator[tuple[str, str]]:
    folders = [prefix]
    for _ in range(depth):
        folders = [f"{folder}{below}/" for folder in folders for below in _folders(repo, folder)]
    for folder in folders:
        oid = read_loose(repo, folder + name)
        if oid is not None:
            yield folder + name, oid


def _folders(repo: Repo, folder: str) -> list[str]:
    try:
        with os.scandir(repo.common_dir / folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
