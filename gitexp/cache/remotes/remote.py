"""Data remotes: open one by its settings, send objects there, fetch them from there.

Each kind of storage is a module of its own, loaded when such a remote is opened:

    folder          a local or mounted folder
    object_store    S3 and compatible, GCS, Azure (extras `s3`, `gs`, `azure`)
    http_server     HTTP and HTTPS, to read only
    sftp            SSH and SFTP through OpenSSH's own `sftp`, with the user's config
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from gitexp import deferred
from gitexp.cache.remotes.folder import FolderRemote
from gitexp.cache.remotes.options import flag, jobs
from gitexp.cache.remotes.pull import pull_objects, pull_runs
from gitexp.cache.remotes.pull_versions import VersionedRemote
from gitexp.cache.remotes.push import push_objects, push_runs
from gitexp.cache.remotes.store import Kind, RemoteStore, RemoteTrouble, key_of
from gitexp.cache.remotes.transfer import Failure, Patience, Transferred
from gitexp.cache.traffic import Progress, Traffic
from gitexp.errors import ExpError
from gitexp.project.settings import Remote

__all__ = [
    "Failure",
    "Kind",
    "Patience",
    "Progress",
    "RemoteStore",
    "RemoteTrouble",
    "Traffic",
    "Transferred",
    "key_of",
    "is_versioned",
    "open_remote",
    "open_versioned",
    "pull_objects",
    "pull_runs",
    "push_objects",
    "push_runs",
]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_MODULES = {
    "s3": "gitexp.cache.remotes.object_store",
    "gs": "gitexp.cache.remotes.object_store",
    "azure": "gitexp.cache.remotes.object_store",
    "http": "gitexp.cache.remotes.http_server",
    "https": "gitexp.cache.remotes.http_server",
    "ssh": "gitexp.cache.remotes.sftp",
    "sftp": "gitexp.cache.remotes.sftp",
}


def open_remote(remote: Remote) -> RemoteStore:
    """The storage behind a remote of DVC's config; nothing is asked of it yet.

    Raises ExpError for a URL that can't be served here and for options that make no sense.
    """
    _require_plain(remote)
    return _open(remote)


def is_versioned(remote: Remote) -> bool:
    """Whether objects lie there as versions of plain files."""
    return flag(remote, "version_aware") or flag(remote, "worktree")


def open_versioned(remote: Remote) -> VersionedRemote:
    """Such a remote, to read from it. Raises ExpError as `open_remote` does."""
    if not remote.url.lower().startswith("s3://"):
        raise ExpError(f"remote '{remote.name}': of versioned remotes only those on S3 can be read.")
    opened: Any = _open(remote)
    return cast(VersionedRemote, opened)


def _open(remote: Remote) -> RemoteStore:
    scheme = _SCHEME.match(remote.url)
    if scheme is None or scheme[1].lower() == "file":
        path = unquote(urlsplit(remote.url).path) if scheme else remote.url
        return FolderRemote(Path(path), jobs(remote, FolderRemote.usual_jobs))
    module = _MODULES.get(scheme[1].lower())
    if module is None:
        raise ExpError(
            f"remote '{remote.name}': {scheme[1]}:// is not a kind of storage that gitexp knows.",
            f"it knows folders, {', '.join(f'{name}://' for name in _MODULES)}; `dvc push` may know more.",
        )
    try:
        opened: RemoteStore = deferred.module(module).open_store(remote)
    except ModuleNotFoundError as error:
        if error.name != "obstore":
            raise
        extra = scheme[1].lower()
        raise ExpError(
            f"remote '{remote.name}': {extra}:// needs a library that is not installed.",
            f"pip install 'gitexp[{extra}]'",
        ) from error
    return opened


def _require_plain(remote: Remote) -> None:
    """In the other layouts objects lie under the paths of files, and versions tell them apart."""
    for name in ("version_aware", "worktree"):
        if flag(remote, name):
            raise ExpError(
                f"remote '{remote.name}' is {name}: objects are kept there as versions of plain files, "
                "which gitexp only reads (`exp data fetch`).",
                f"`dvc push` writes there; or use a remote without `{name}` (-r NAME).",
            )
