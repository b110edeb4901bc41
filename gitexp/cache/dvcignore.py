""".dvcignore on disk: which paths a folder's hash leaves out.

gitignore's syntax, in any folder, the nearer file wins. Files are read as a walk comes by, so one inside
a data folder that Git ignores counts too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gitexp import deferred
from gitexp.cache.trouble import file_trouble
from gitexp.dataclass import dataclass

FILE_NAME = ".dvcignore"
_ALWAYS = frozenset({".git", ".hg", ".dvc"})


@dataclass(frozen=True, slots=True)
class _Rules:
    """What holds for the entries of one folder: nearest first, each with the folder it stands in."""

    hidden: bool  # the folder itself is ignored, so all in it is
    specs: tuple[tuple[str, Any], ...] = ()


class DvcIgnore:
    """The .dvcignore files of one DVC root, each read when a path below it is first asked about."""

    def __init__(self, root: Path) -> None:
        self._prefix = os.path.join(root, "")
        self._rules: dict[str, _Rules] = {}

    def ignored(self, path: str) -> bool:
        """`matches` for an absolute path, a folder's ending in '/'. Paths outside the root never are."""
        if not path.startswith(self._prefix):
            return False
        relpath = path[len(self._prefix) :]
        return self.matches(relpath.rstrip("/"), relpath.endswith("/"))

    def matches(self, relpath: str, is_dir: bool) -> bool:
        """Whether a POSIX path relative to the root is ignored, itself or by a folder above it."""
        parent, _, name = relpath.rpartition("/")
        rules = self._rules.get(parent)
        if rules is None:
            rules = self._read_rules(parent)
        if rules.hidden or name in _ALWAYS:
            return True
        path = f"{relpath}/" if is_dir else relpath
        for folder, spec in rules.specs:
            verdict = spec.check_file(path[len(folder) :]).include
            if verdict is not None:
                return bool(verdict)
        return False

    def _read_rules(self, folder: str) -> _Rules:
        self._rules[folder] = rules = self._rules_of(folder)
        return rules

    def _rules_of(self, folder: str) -> _Rules:
        own = _read_spec(os.path.join(self._prefix, folder, FILE_NAME))
        inside = f"{folder}/" if folder else ""
        specs = () if own is None else ((inside, own),)
        if not folder:
            return _Rules(False, specs)
        if self.matches(folder, is_dir=True):
            return _Rules(True)
        return _Rules(False, specs + self._rules[folder.rpartition("/")[0]].specs)


def _read_spec(path: str) -> Any:
    """The patterns of a .dvcignore; None when there is no file, or no pattern as in the one `init` writes."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = [line for line in file.read().splitlines() if line.strip() and not line.startswith("#")]
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise file_trouble("read", Path(path), error) from error
    return deferred.module("pathspec").GitIgnoreSpec.from_lines(lines) if lines else None
