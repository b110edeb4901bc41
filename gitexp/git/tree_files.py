"""The files of a commit as the pipeline's readers want them: read, kind, listdir, manifests."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import lru_cache

from gitexp.git.objects import ObjectReader, TreeItem

_MAX_LINKS = 10

# (files, manifests, .dvcignore files) -> the manifests that DVC reads; gitexp.pipeline.source.visible is one.
Visible = Callable[["TreeFiles", list[str], list[str]], list[str]]


class TreeFiles:
    """A commit seen from `prefix`, the DVC root inside it ('' or 'sub/proj'); paths are relative to that.

    Symbolic links are followed inside the commit; what leads out of it does not exist. `visible` sorts out
    manifests that .dvcignore files hide; without it only other DVC projects inside this one are left out.
    """

    def __init__(
        self, reader: ObjectReader, commit: str, prefix: str = "", visible: Visible | None = None
    ) -> None:
        self._reader = reader
        self._commit = commit
        self._prefix = prefix
        self._visible = visible
        self._folders: dict[str, dict[str, TreeItem]] = {}

    def read(self, path: str) -> bytes | None:
        """The bytes of a file as Git stores them; None when there is none."""
        item = self._find(self._full(path))
        if item is None or item.is_dir or item.is_submodule:
            return None
        return self._reader.read(item.oid)

    def kind(self, path: str) -> str | None:
        """'file', 'dir' or None; a submodule is a directory."""
        full = self._full(path)
        if full == "":
            return "dir"
        item = self._find(full)
        if item is None:
            return None
        return "dir" if item.is_dir or item.is_submodule else "file"

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, sorted; none when it is no directory."""
        full = self._full(path)
        if full:
            item = self._find(full)
            if item is None or not item.is_dir:
                return []
            return sorted(below.name for below in self._reader.tree(item.oid))
        return sorted(self._folder(""))

    def manifests(self) -> list[str]:
        """Every dvc.yaml and *.dvc below the DVC root, a folder's own files first."""
        found = self._walk(self._full(""), "")
        manifests = [path for path in found if not path.endswith(".dvcignore")]
        if self._visible is None:
            return manifests
        return self._visible(self, manifests, [path for path in found if path.endswith(".dvcignore")])

    def _walk(self, full: str, shown: str) -> list[str]:
        folder = self._folder(full)
        if shown and ".dvc" in folder and folder[".dvc"].is_dir:
            return []  # a DVC project of its own
        found = [shown + name for name, item in folder.items() if _is_manifest(name) and not item.is_dir]
        found.sort()
        for name in sorted(name for name, item in folder.items() if item.is_dir and name != ".dvc"):
            found += self._walk(f"{full}/{name}" if full else name, f"{shown}{name}/")
        return found

    def _full(self, path: str) -> str:
        """`path` from the root of the commit; '..' may climb out of the DVC root, not out of the commit."""
        return _joined(self._prefix, path)

    def _find(self, full: str, links: int = _MAX_LINKS) -> TreeItem | None:
        """The entry at a path from the commit's root, links in any part of it followed."""
        *folders, name = full.split("/")
        here = ""
        for index, part in enumerate([*folders, name]):
            item = self._folder(here).get(part)
            if item is None:
                return None
            if item.is_link:
                rest = "/".join([*folders, name][index + 1 :])
                return self._follow(item, here, rest, links)
            here = f"{here}/{part}" if here else part
        return item

    def _follow(self, link: TreeItem, folder: str, rest: str, links: int) -> TreeItem | None:
        target = (self._reader.read(link.oid) or b"").decode("utf-8", "surrogateescape")
        full = posixpath.normpath(posixpath.join(folder, target, rest))
        if links == 0 or full.startswith(("/", "..")) or full == ".":
            return None
        return self._find(full, links - 1)

    def _folder(self, full: str) -> dict[str, TreeItem]:
        """The entries of a directory of the commit, by name; empty if it is none."""
        known = self._folders.get(full)
        if known is None:
            items = self._reader.tree(self._tree_spec(full))
            known = self._folders[full] = {item.name: item for item in items}
        return known

    def _tree_spec(self, full: str) -> str:
        """The tree's id where its parent is known, so that the reader can remember it across commits."""
        if full == "":
            return self._commit
        parent, _, name = full.rpartition("/")
        item = self._folder(parent).get(name)
        return item.oid if item is not None and item.is_dir else f"{self._commit}:{full}"


def _is_manifest(name: str) -> bool:
    return name in ("dvc.yaml", ".dvcignore") or name.endswith(".dvc")


@lru_cache(maxsize=1 << 14)
def _joined(prefix: str, path: str) -> str:
    full = posixpath.normpath(posixpath.join(prefix, path))
    return "" if full == "." else full
