"""Ignored files that a run needs: those of .worktreeinclude and of `-C`, brought into the worktree.

A worktree has what Git has. A virtual environment, a .env file, a cache of downloads are not in it, and must
not get into a commit either. `.worktreeinclude` at the Git root names them in gitignore's syntax, as other
tools that work in worktrees read it too: only what Git ignores is taken. `-C PATH` takes a file or folder,
whatever Git thinks of it. Nothing that the worktree has is overwritten.

All is copied, so that a stage that writes to it changes its own; but for large folders of .worktreeinclude,
which are linked: nobody wants a gigabyte of virtual environment copied for each run. A symbolic link comes
as a link; what it points to is not followed.
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

# A larger folder of .worktreeinclude is linked.
_MANY = 1000  # files
_MUCH = 32 * 1024 * 1024  # bytes


def find_included(repo: Repo) -> tuple[str, ...]:
    """What .worktreeinclude takes, relative to the Git root."""
    try:
        lines = (repo.work_tree / INCLUDE_FILE).read_text("utf-8", "surrogateescape").splitlines()
    except (FileNotFoundError, IsADirectoryError):
        return ()
    spec = deferred.module("pathspec").GitIgnoreSpec.from_lines(lines)
    candidates = (path for found in list_ignored(repo) for path in _opened(repo.work_tree, found, lines))
    return tuple(path.rstrip("/") for path in candidates if spec.match_file(path))


def _opened(work_tree: Path, ignored: str, lines: Sequence[str]) -> Iterator[str]:
    """An ignored path; of a folder that some line reaches into by its name, also everything below it."""
    yield ignored
    if ignored.endswith("/") and any(line.lstrip("/").startswith(ignored) for line in lines):
        for folder, folders, names in os.walk(work_tree / ignored):
            inside = Path(folder).relative_to(work_tree).as_posix()
            yield from (f"{inside}/{name}/" for name in folders)
            yield from (f"{inside}/{name}" for name in names)


def resolve_copies(repo: Repo, cwd: Path, paths: Sequence[str]) -> tuple[str, ...]:
    """The paths of `-C`, relative to the Git root. Raises ExpError for one that is missing or outside."""
    return tuple(_resolve(repo, cwd, path) for path in paths)


def _resolve(repo: Repo, cwd: Path, path: str) -> str:
    named = Path(os.path.normpath(cwd / path))
    if not os.path.lexists(named):
        raise ExpError(f"`-C {path}`: there is no such file or folder.")
    place = named.parent.resolve() / named.name  # a link among its folders may lead anywhere
    if repo.work_tree not in place.parents:
        raise ExpError(f"`-C {path}`: it is not inside the Git repository.", "a stage can read it in place.")
    inside = place.relative_to(repo.work_tree)
    if inside.parts[0] == ".git":
        raise ExpError(f"`-C {path}`: a worktree has a .git of its own.")
    return inside.as_posix()


def carry(source: Path, target: Path, included: Iterable[str], copies: Iterable[str]) -> None:
    """Bring files and folders from the work tree `source` into the worktree `target`; none is overwritten.

    Raises ExpError for a file that can't be read or written.
    """
    wanted = (*((path, True) for path in included), *((path, False) for path in copies))
    for path, may_link in wanted:
        try:
            _bring(source / path, target / path, target, may_link)
        except (OSError, shutil.Error) as error:
            raise ExpError(f"can't bring '{path}' into the run: {error}") from error


def _bring(source: Path, target: Path, worktree: Path, may_link: bool) -> None:
    folder = target.parent.resolve()
    if folder != worktree and worktree not in folder.parents:
        return  # a link that Git has leads out of the worktree: to where the stage finds it anyway
    folder.mkdir(parents=True, exist_ok=True)
    is_folder = source.is_dir() and not source.is_symlink()
    if is_folder and may_link and not os.path.lexists(target) and _is_large(source):
        target.symlink_to(source, target_is_directory=True)
    elif is_folder:
        _copy_missing(source, target)
    elif not os.path.lexists(target):
        shutil.copy2(source, target, follow_symlinks=False)


def _copy_missing(source: Path, target: Path) -> None:
    """Copy a folder, but for what is there already."""
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        return
    target.mkdir(exist_ok=True)
    with os.scandir(source) as found:
        for entry in found:
            place = target / entry.name
            if entry.is_dir(follow_symlinks=False):
                _copy_missing(Path(entry.path), place)
            elif not os.path.lexists(place) and not _is_special(entry):
                shutil.copy2(entry.path, place, follow_symlinks=False)
    shutil.copystat(source, target)


def _is_special(entry: os.DirEntry[str]) -> bool:
    """A socket, a pipe or a device: nothing to copy."""
    return not (entry.is_file(follow_symlinks=False) or entry.is_symlink())


def _is_large(folder: Path) -> bool:
    """Whether to copy it would cost each run time or space that somebody notices."""
    files = size = 0
    for here, _folders, names in os.walk(folder):
        for name in names:
            files += 1
            size += os.lstat(os.path.join(here, name)).st_size
            if files > _MANY or size > _MUCH:
                return True
    return False
