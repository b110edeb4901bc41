"""Remove and unprotect paths of the workspace, whatever kind of link they are."""

from __future__ import annotations

import os
import shutil
import stat as stat_modes
from pathlib import Path

from gitexp.cache.link import copy_file, temp_beside
from gitexp.cache.tree import walk
from gitexp.cache.trouble import file_trouble


def remove(path: Path) -> None:
    """Remove a file, link or folder, also a read-only one; nothing there is fine. Raises ExpError."""
    try:
        if path.is_dir() and not path.is_symlink():
            for folder, _, _ in os.walk(path):
                os.chmod(folder, os.stat(folder).st_mode | stat_modes.S_IRWXU)
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise file_trouble("remove", Path(error.filename or path), error) from error


def unprotect(path: Path) -> None:
    """Turn links into the cache at or below `path` into writable copies. Raises ExpError."""
    try:
        if path.is_dir() and not path.is_symlink():
            for file in walk(path):
                _unprotect_file(file.path, file.stat, file.is_link)
        elif path.exists():
            _unprotect_file(os.fspath(path), path.stat(), path.is_symlink())
    except OSError as error:
        raise file_trouble("make writable", Path(error.filename or path), error) from error


def _unprotect_file(path: str, found: os.stat_result, is_link: bool) -> None:
    if is_link or found.st_nlink > 1:
        beside = temp_beside(path)
        try:
            copy_file(path, beside)
            os.chmod(beside, os.stat(beside).st_mode | found.st_mode & 0o111)
            os.replace(beside, path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
    elif not found.st_mode & stat_modes.S_IWUSR:
        os.chmod(path, found.st_mode | stat_modes.S_IWUSR)
