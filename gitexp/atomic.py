"""Files that others may read are written beside and renamed: nobody ever sees half of one."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomic(path: Path, data: bytes, mode: int | None = None, sync: bool = False) -> None:
    """Make `path` hold `data`, all or nothing; its folder is created when missing.

    `mode` defaults to the mode of the file it replaces, else to what the umask gives. With `sync` the
    bytes are on the disk before the name is. Raises OSError as the system does.
    """
    temporary = path.with_name(f".{path.name[:40]}.{os.urandom(6).hex()}.tmp")
    handle = _create(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            wanted = _mode_of(path) if mode is None else mode
            if wanted is not None:
                os.fchmod(file.fileno(), wanted)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def ask_server(path: Path) -> None:
    """Have what is known of a file, or of the names in a folder, asked for anew where that is NFS.

    A client answers from memory for up to a minute, also that a name is not there or still is; what is opened
    it asks for. For those who wait for what another host does. Elsewhere this costs some microseconds.
    """
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except FileNotFoundError:  # which may be from memory, too
        if path.parent != path:
            ask_server(path.parent)
    except OSError:
        return


def is_there(path: Path) -> bool:
    """Whether a file is there that another host may just have made or removed; see `ask_server`."""
    ask_server(path.parent)
    return path.exists()


def look_anew(folder: Path) -> None:
    """Have the names in `folder`, and those of the folders above it, looked up anew.

    An NFS client remembers for up to a minute which names there are, and which not; when a folder is opened
    it asks the server. Elsewhere this costs some microseconds.
    """
    for each in [*reversed(folder.parents), folder]:
        try:
            os.close(os.open(each, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
        except PermissionError:
            continue
        except OSError:
            return


def _create(path: Path) -> int:
    """A new file, its mode the umask's: to ask for the umask is to change it for every thread."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def _mode_of(path: Path) -> int | None:
    try:
        return path.stat().st_mode & 0o7777
    except FileNotFoundError:
        return None
