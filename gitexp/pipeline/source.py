"""Where a pipeline is read from: the Files protocol, and a folder on disk.

The same loader reads the workspace, a run's worktree and any commit, because it only knows Files.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.repo import Repo
from gitexp.pipeline.dvcignore import DvcIgnore
from gitexp.pipeline.paths import is_manifest, parents

# Git's `*` crosses folders.
_SPECS = ("*.dvc", "dvc.yaml", "*/dvc.yaml", ".dvcignore", "*/.dvcignore")


class Files(Protocol):
    """A tree of files. Paths are POSIX, relative to the DVC root; '' is the root itself."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is none."""
        ...

    def kind(self, path: str) -> str | None:
        """'file', 'dir' or None."""
        ...

    def listdir(self, path: str) -> list[str]:
        """The names in a directory, sorted; none when it is no directory."""
        ...

    def manifests(self) -> list[str]:
        """Every dvc.yaml and *.dvc that neither Git nor DVC ignores, a folder's own files first."""
        ...


class FolderFiles:
    """Files on disk below `root`. With `repo`, Git tells which are ignored; without, none is."""

    def __init__(self, root: Path, repo: Repo | None = None) -> None:
        self.root = root
        self.repo = repo

    def read(self, path: str) -> bytes | None:
        try:
            with open(self.root / path, "rb") as file:
                return file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, ValueError):
            return None  # ValueError: a NUL in the name
        except OSError as error:
            raise ExpError(f"{path}: {error.strerror}.") from error

    def kind(self, path: str) -> str | None:
        try:
            mode = os.stat(self.root / path).st_mode
        except (OSError, ValueError):
            return None
        return "dir" if stat.S_ISDIR(mode) else "file"

    def listdir(self, path: str) -> list[str]:
        try:
            return sorted(os.listdir(self.root / path))
        except (OSError, ValueError):
            return []

    def manifests(self) -> list[str]:
        found = self._from_git() if self.repo is not None else self._from_disk()
        here = [path for path in found if (self.root / path).is_file()]
        return visible(self, here, [path for path in found if path.endswith(".dvcignore")])

    def _from_git(self) -> list[str]:
        """Tracked files and untracked ones that are not ignored. Git never enters an ignored folder."""
        listed = _ls_files(self.root, "-co")
        # DVC does not read a manifest that an ignore rule matches, even if it is tracked.
        ignored = set(_ls_files(self.root, "-ci")) if listed else set()
        return [path for path in listed if path not in ignored]

    def _from_disk(self) -> list[str]:
        found = []
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in (".git", ".dvc"))
            base = os.path.relpath(folder, self.root).replace(os.sep, "/")
            for name in names:
                if is_manifest(name) or name == ".dvcignore":
                    found.append(name if base == "." else f"{base}/{name}")
        return found


def _ls_files(folder: Path, which: str) -> list[str]:
    output = run_git(folder, "ls-files", "-z", which, "--exclude-standard", "--", *_SPECS)
    return list(dict.fromkeys(os.fsdecode(path) for path in output.out.split(b"\0") if path))


def visible(files: Files, found: Iterable[str], ignore_files: Iterable[str] = ()) -> list[str]:
    """The manifests among `found` that DVC reads, in its order: a folder's files before its folders.

    Left out: what a .dvcignore matches, and what lies in .dvc, .git or a DVC project of its own.
    """
    ignore = DvcIgnore.read(files, ignore_files)
    foreign: dict[str, bool] = {}

    def is_foreign(folder: str) -> bool:
        if folder not in foreign:
            own = folder.rpartition("/")[2] in (".dvc", ".git", ".hg")
            foreign[folder] = own or files.kind(f"{folder}/.dvc") == "dir"
        return foreign[folder]

    kept = [
        path
        for path in found
        if is_manifest(path)
        and not any(is_foreign(folder) for folder in parents(path))
        and not ignore.matches(path)
    ]
    return sorted(kept, key=_walk_order)


def _walk_order(path: str) -> tuple[tuple[int, str], ...]:
    *folders, name = path.split("/")
    return (*((1, folder) for folder in folders), (0, name))
