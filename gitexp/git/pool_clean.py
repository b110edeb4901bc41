"""Take out of a used checkout whatever the last run left: nothing may leak into the next.

After a checkout is complete, whatever touches a file (content, mode, times, links to it) gives its inode a
later ctime, which no program can set. So of the paths that Git wrote, those with an older ctime are as
written; the others are deleted, to be written anew, and so is every path that Git did not write: ignored
files, empty folders, nested repositories. Git's own stat cache would miss a changed mode.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from gitexp.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Tracked:
    """What a checkout wrote. `files` are paths from its root; a submodule's folder ends in '/'."""

    files: frozenset[str]
    folders: frozenset[str]
    moment: int  # when it was complete, in ns since the epoch, by the file system's clock


def tracked_from(paths: Iterable[str], moment: int) -> Tracked:
    """`Tracked` with the folders that hold the paths."""
    files = frozenset(paths)
    folders: set[str] = set()
    for path in files:
        folder = path.rstrip("/").rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return Tracked(files, frozenset(folders), moment)


def read_tracked(path: Path) -> Tracked | None:
    """The list written by `write_tracked`; None when there is none."""
    try:
        with open(path, "rb") as file:
            data, moment = file.read(), os.fstat(file.fileno()).st_mtime_ns
    except FileNotFoundError:
        return None
    return tracked_from((os.fsdecode(name) for name in data.split(b"\0") if name), moment)


def write_tracked(path: Path, names: Iterable[str]) -> None:
    """Remember what a checkout wrote. Call it when the checkout is complete: the file's mtime says so."""
    path.write_bytes(b"\0".join(os.fsencode(name) for name in names))


def remove_leftovers(root: Path, tracked: Tracked, folder_mode: int) -> None:
    """Delete everything under `root` but '.git' and what is as the checkout wrote it.

    Folders that stay get the permission bits `folder_mode`. Raises OSError for what can't be deleted.
    """
    _restore_mode(root, folder_mode)
    _clean_folder(str(root), "", tracked, folder_mode)


def remove_tree(path: Path) -> None:
    """Delete a folder and all in it, read-only folders too; not there is fine."""
    try:
        shutil.rmtree(path)
    except FileNotFoundError:
        return
    except PermissionError:
        for folder, _, _ in os.walk(path):
            os.chmod(folder, stat.S_IRWXU)
            for entry in os.scandir(folder):
                if entry.is_dir(follow_symlinks=False):
                    os.chmod(entry.path, stat.S_IRWXU)
        shutil.rmtree(path)


def _clean_folder(path: str, prefix: str, tracked: Tracked, folder_mode: int) -> None:
    """Clean one folder. One that ends up empty is left to Git, which knows whether it stays."""
    with os.scandir(path) as entries:
        for entry in list(entries):
            name = prefix + entry.name
            if name == ".git" or name + "/" in tracked.files:
                continue
            if not entry.is_dir(follow_symlinks=False):
                if name not in tracked.files or _is_touched(entry, tracked):
                    os.unlink(entry.path)
            elif name in tracked.folders:
                _restore_mode(entry, folder_mode)
                _clean_folder(entry.path, name + "/", tracked, folder_mode)
            else:
                remove_tree(Path(entry.path))


def _is_touched(entry: os.DirEntry[str], tracked: Tracked) -> bool:
    # A change within the tick of the clock in which the checkout ended counts: better one file too many.
    return entry.stat(follow_symlinks=False).st_ctime_ns >= tracked.moment


def _restore_mode(folder: Path | os.DirEntry[str], mode: int) -> None:
    found = os.stat(folder, follow_symlinks=False).st_mode
    if found & 0o777 != mode:
        os.chmod(folder, (found & 0o7000) | mode)
