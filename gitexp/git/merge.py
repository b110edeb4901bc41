"""Lay what one tree changed over another, in memory."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gitexp import deferred
from gitexp.dataclass import dataclass
from gitexp.git.repo import Repo


@dataclass(frozen=True, slots=True)
class Merged:
    """The merged tree, in which paths in `conflicts` are as in `onto`."""

    tree: str
    conflicts: tuple[str, ...] = ()


def transplant(repo: Repo, base: str, changed: str, onto: str, paths: Collection[str]) -> Merged:
    """The commit or tree `onto` with what `changed` made of `paths` since `base`: a three-way merge.

    Paths that are not in `paths` stay as they are in `onto`.
    """
    library: Any = deferred.module("pygit2")
    opened = library.Repository(str(repo.git_dir))
    trees = [opened[oid].peel(library.Tree) for oid in (base, changed, onto)]
    theirs = _restricted(library, opened, trees[0], trees[1], paths)
    merged = opened.merge_trees(trees[0], trees[2], theirs)
    conflicts = [
        next(side.path for side in sides if side is not None) for sides in list(merged.conflicts or ())
    ]
    for path in conflicts:
        del merged.conflicts[path]
        _copy(library, merged, trees[2], path)
    return Merged(str(merged.write_tree(opened)), tuple(sorted(set(conflicts))))


def _restricted(library: Any, opened: Any, base: Any, changed: Any, paths: Collection[str]) -> Any:
    """The tree `base` with `paths` as `changed` has them."""
    index = library.Index()
    index.read_tree(base)
    for path in paths:
        _copy(library, index, changed, path)
    return opened[index.write_tree(opened)]


def _copy(library: Any, index: Any, tree: Any, path: str) -> None:
    """Make `path` in the index what it is in the tree, also absent."""
    if path in index:
        index.remove(path)
    if path in tree:
        item = tree[path]
        index.add(library.IndexEntry(path, item.id, item.filemode))
