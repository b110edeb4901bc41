"""Files that others may read are written beside and renamed: nobody ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomic(path: Path, data: bytes, mode: int | None = None, sync: bool = False) -> None:
    """Make `path` hold `data`, all or nothing; its folder is created when missing.

    `mode` defaults to the mode of the file it replaces, else to what the umask gives. With `sync` the
    bytes are on the disk before the name is. Raises OSError as the system does.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        written = Path(name)
        written.chmod(mode if mode is not None else _mode_of(path))
        written.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode_of(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return 0o666 & ~umask
