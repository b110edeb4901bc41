"""What the system refused, as an error with a hint."""

from __future__ import annotations

import errno
from pathlib import Path

from gitexp.errors import ExpError

_HINTS = {
    errno.ENOSPC: "the disk is full: free some space, or move the cache (`cache.dir` in .dvc/config).",
    errno.EDQUOT: "your disk quota is used up: free some space, or move the cache (`cache.dir`).",
    errno.EROFS: "the file system is read-only: mount it writable, or set another `cache.dir`.",
    errno.EACCES: "check who owns it and its mode (`ls -l`); a shared cache needs `cache.shared = group`.",
    errno.EPERM: "check who owns it and its mode (`ls -l`); a shared cache needs `cache.shared = group`.",
    errno.ENOENT: "it vanished meanwhile, or it is a link to something that doesn't exist.",
    errno.ELOOP: "it is a link that leads back to itself: remove it, or name it in .dvcignore.",
    errno.EMFILE: "too many open files: raise the limit (`ulimit -n`).",
}


def file_trouble(doing: str, path: Path, error: OSError) -> ExpError:
    """The ExpError for a system call that failed while `doing` ('read', 'store', …) something to `path`."""
    reason = (error.strerror or str(error)).lower()
    return ExpError(f"can't {doing} {path}: {reason}.", _HINTS.get(error.errno or 0))
