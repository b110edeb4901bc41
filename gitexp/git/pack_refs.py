"""Loose refs into one file, as `git gc` does it, when there are many: that reads seven times faster.

A ref is made as a file of its own. Listing ten thousand of them opens ten thousand files. `git pack-refs`
writes packed-refs beside and renames it, and then removes each file under the lock of its ref and only if it
still holds what was packed: whoever makes, moves or deletes refs meanwhile, with what they must hold, gets
what they would have got. Readers look for the file first, so a ref that moves is seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gitexp.git.command import run_git
from gitexp.git.repo import Repo, is_reftable, read_config

_OURS = ("refs/exps", "refs/gitexp")
_NO = ("false", "no", "off", "0")


def pack_refs(repo: Repo) -> bool:
    """Pack all refs, the user's too, as `git gc` does; whether that went well. Safe at any time."""
    return run_git(repo.work_tree, "pack-refs", "--all", "--prune", check=False).code == 0


def pack_when_many(repo: Repo, most: int) -> bool:
    """Pack when more than `most` of ours are loose, 0 being never; whether that was done.

    Nothing is done for those who told Git to leave their refs alone: gc.auto=0, gc.packRefs=false.
    """
    if not most or is_reftable(repo) or not _more_than(most, repo):
        return False
    settings = read_config(repo, "gc")
    if settings.get("gc.auto") == "0" or settings.get("gc.packrefs", "").lower() in _NO:
        return False
    return pack_refs(repo)


def _more_than(most: int, repo: Repo) -> bool:
    loose = (name for folder in _OURS for name in _files(repo.common_dir / folder))
    return any(count > most for count, _ in enumerate(loose, 1))


def _files(folder: Path | str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        elif not entry.name.endswith(".lock"):
            yield entry.name
