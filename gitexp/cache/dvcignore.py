""".dvcignore: which paths DVC leaves out of folders. gitignore syntax, in any folder, nearer ones win."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gitexp import deferred
from gitexp.cache.trouble import file_trouble

FILE_NAME = ".dvcignore"
_ALWAYS = frozenset({".git", ".hg", ".dvc"})


class DvcIgnore:
    """The .dvcignore files of one DVC root, each read when a path below it is first asked about."""

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root)
        self._specs: dict[str, Any] = {}  # folder, relative to the root -> its patterns, None without
        self._folders: dict[str, bool] = {"": False}  # folder -> whether it is ignored itself

    def ignored(self, path: str) -> bool:
        """`matches` for an absolute path, a folder's ending in '/'. Paths outside the root never are."""
        if not path.startswith(self._root + os.sep):
            return False
        relpath = path[len(self._root) + 1 :]
        return self.matches(relpath.rstrip("/"), relpath.endswith("/"))

    def matches(self, relpath: str, is_dir: bool) -> bool:
        """Whether a POSIX path relative to the root is ignored, itself or by a folder above it."""
        parent, _, name = relpath.rpartition("/")
        if name in _ALWAYS or self._ignores_folder(parent):
            return True
        return self._matches_itself(relpath, is_dir)

    def _ignores_folder(self, folder: str) -> bool:
        known = self._folders.get(folder)
        if known is None:
            known = self.matches(folder, is_dir=True)
            self._folders[folder] = known
        return known

    def _matches_itself(self, relpath: str, is_dir: bool) -> bool:
        """The nearest .dvcignore with an opinion decides."""
        folder = relpath
        while folder:
            folder = folder.rpartition("/")[0]
            spec = self._spec(folder)
            if spec is None:
                continue
            inside = relpath[len(folder) + 1 :] if folder else relpath
            verdict = spec.check_file(inside + "/" if is_dir else inside).include
            if verdict is not None:
                return bool(verdict)
        return False

    def _spec(self, folder: str) -> Any:
        if folder not in self._specs:
            lines = _pattern_lines(os.path.join(self._root, folder, FILE_NAME))
            self._specs[folder] = (
                deferred.module("pathspec").GitIgnoreSpec.from_lines(lines) if lines else None
            )
        return self._specs[folder]


def _pattern_lines(path: str) -> Sequence[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise file_trouble("read", Path(path), error) from error
    return [line for line in lines if line.strip() and not line.startswith("#")]
