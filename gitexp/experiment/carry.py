"""Ignored files that a run needs: those of .worktreeinclude and of `-C`, brought into the worktree.

A worktree has what Git has. A virtual environment, a .env file, a cache of downloads are not in it, and must
not get into a commit either. `.worktreeinclude` at the Git root names them in gitignore's syntax, as other
tools that work in worktrees read it too: only what Git ignores is taken, nothing is overwritten. Folders are
linked, because they may be large; files are copied, so that a stage that writes to one changes its own.
`-C PATH` copies a file or folder, whatever Git thinks of it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gitexp import deferred
from gitexp.errors import ExpError
from gitexp.git.ignore import list_ignored
from gitexp.git.repo import Repo

INCLUDE_FILE = ".worktreeinclude"


def find_included(repo: Repo) -> tuple[str, ...]:
    """What .worktreeinclude takes, relative to the Git root."""
    try:
        lines = (repo.work_tree / INCLUDE_FILE).read_text("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return ()
    spec = deferred.module("pathspec").GitIgnoreSpec.from_lines(lines)
    candidates = (path for found in list_ignored(repo) for path in _opened(repo.work_tree, found, lines))
    matching = (path.rstrip("/") for path in candidates if spec.match_file(path))
    return tuple(path for path in matching if not (repo.work_tree / path).is_symlink())


def _opened(work_tree: Path, ignored: str, lines: Sequence[str]) -> Iterator[str]:
    """An ignored path; of a folder that some line reaches into, also everything below it."""
    yield ignored
    if ignored.endswith("/") and any(line.lstrip("/").startswith(ignored) for line in lines):
        for folder, folders, names in os.walk(work_tree / ignored):
            inside = Path(folder).relative_to(work_tree).as_posix()
            yield from (f"{inside}/{name}/" for name in folders)
            yield from (f"{inside}/{name}" for name in names)


def resolve_copies(repo: Repo, cwd: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """The paths of `-C`, relative to the Git root. Raises ExpError for one that is missing or outside."""
    found = []
    for path in paths:
        place = Path(os.path.normpath(cwd / path))
        if not place.exists():
            raise ExpError(f"`-C {path}`: there is no such file or folder.")
        if repo.work_tree not in place.parents:
            raise ExpError(
                f"`-C {path}`: it is not inside the Git repository.", "a stage can read it in place."
            )
        found.append(place.relative_to(repo.work_tree).as_posix())
    return tuple(found)


def carry(source: Path, target: Path, included: Iterable[str], copies: Iterable[str]) -> None:
    """Bring files and folders from the work tree `source` into the worktree `target`; none is overwritten."""
    for path in included:
        if not os.path.lexists(target / path):
            _bring(source / path, target / path, link_folders=True)
    for path in copies:
        if not os.path.lexists(target / path):
            _bring(source / path, target / path, link_folders=False)


def _bring(source: Path, target: Path, link_folders: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if not source.is_dir():
        shutil.copy2(source, target)
    elif link_folders:
        target.symlink_to(source, target_is_directory=True)
    else:
        shutil.copytree(source, target, symlinks=True)
