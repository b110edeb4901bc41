"""Every hash that lock files name, in commits and in the workspace: what garbage collection must keep.

Locks are not parsed but searched for anything that looks like an md5. So no fault in an old dvc.yaml, no
stage that was removed, no format that came later can make us forget data; at worst a little too much stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gitexp.cache.store import Store
from gitexp.content import Hash
from gitexp.git.command import run_git
from gitexp.git.objects import ObjectReader, TreeItem

_MD5 = re.compile(rb"(?<![0-9A-Za-z])[0-9a-fA-F]{32}(?:\.dir)?(?![0-9A-Za-z])")


def hashes_in(text: bytes) -> frozenset[str]:
    """Everything in a lock that may be the name of an object."""
    return frozenset(found.decode().lower() for found in _MD5.findall(text))


def is_lock(name: str) -> bool:
    """Whether a file names data."""
    return name.endswith(".lock") or (name.endswith(".dvc") and name != ".dvc")


class CommitHashes:
    """The hashes that commits name. Trees and locks that commits share are read once."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader
        self._trees: dict[str, frozenset[str]] = {}
        self._locks: dict[str, frozenset[str]] = {}

    def of(self, commit: str) -> frozenset[str]:
        """Those of all locks anywhere in the commit; none if it is not in this repository."""
        found = self._reader.commit(commit)
        return self.of_tree(found.tree) if found is not None else frozenset()

    def of_tree(self, oid: str) -> frozenset[str]:
        """Those of all locks anywhere in a tree."""
        known = self._trees.get(oid)
        if known is None:
            parts = [self._of_item(item) for item in self._reader.tree(oid)]
            known = self._trees[oid] = frozenset().union(*parts)
        return known

    def _of_item(self, item: TreeItem) -> frozenset[str]:
        if item.is_dir:
            return self.of_tree(item.oid)
        if item.is_submodule or not is_lock(item.name):
            return frozenset()
        known = self._locks.get(item.oid)
        if known is None:
            known = self._locks[item.oid] = hashes_in(self._reader.read(item.oid) or b"")
        return known


def hashes_below(top: Path) -> frozenset[str]:
    """Those of every lock in a checkout that Git does not ignore: a workspace, or a run's worktree."""
    listed = run_git(top, "ls-files", "-z", "-co", "--exclude-standard", "--", "*.dvc", "*.lock", check=False)
    found: set[str] = set()
    for path in listed.paths:
        try:
            found |= hashes_in((top / path).read_bytes())
        except OSError:
            continue  # deleted, or a folder
    return frozenset(found)


def with_children(store: Store, values: Iterable[str]) -> Iterator[str]:
    """The hashes, and those that the manifests among them list, where the store has them."""
    for value in values:
        yield value
        if value.endswith(".dir"):
            yield from children_of(store, value) or ()


def children_of(store: Store, value: str) -> set[str] | None:
    """What the manifest of a directory lists, whichever DVC wrote it; None if it is not in the store."""
    for algorithm in ("md5", "md5-dos2unix"):
        entries = store.read_dir(Hash(value, algorithm))
        if entries is not None:
            return set(entries.values())
    return None
