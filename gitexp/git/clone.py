"""A clone of our own on a machine that shares nothing but a Git remote: made, kept, fetched into.

It is no copy for people: no branch, nothing checked out. Runs get linked worktrees of it, as they do of the
repository of a user. Any number of processes on the machine may use one clone; they fetch one at a time.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.git.pool_slot import alone
from gitexp.git.refs import read_ref
from gitexp.git.repo import Repo
from gitexp.git.transport import fetch, remote_names

_SCP_STYLE = re.compile(r"[^/:]+:(?!//)")  # host:path, user@host:path


def open_clone(folder: Path, url: str, name: str, email: str) -> Repo:
    """The clone of `url` in `folder`, made empty if it is not there yet; its commits are by `name` <`email`>.

    Raises ExpError when the folder can't be made, or is somebody else's.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(folder / "lock"):
            return _open(folder, url, name, email)
    except OSError as error:
        raise ExpError(f"{folder} can't be used for a clone: {error.strerror or error}") from error


def _open(folder: Path, url: str, name: str, email: str) -> Repo:
    work_tree = (folder / "clone").resolve()
    repo = Repo(work_tree, work_tree / ".git", work_tree / ".git")
    ready = folder / "ready"
    if not ready.exists():
        run_git(folder, "init", "--quiet", "clone")
        run_git(work_tree, "config", "remote.origin.url", url)  # Git LFS asks it for files
        run_git(work_tree, "config", "user.name", name)
        run_git(work_tree, "config", "user.email", email)
        ready.touch()
    return repo


def bring(clone: Repo, url: str, ref: str, commit: str, depth: int | None) -> None:
    """Have `commit`, which the remote has under `ref`, with its history: `depth` commits of it, or all.

    Asks nobody when it is here already. Raises ExpError when the remote can't be reached or has no such ref.
    """
    if read_ref(clone, ref) == commit:
        return
    with alone(clone.work_tree.parent / "lock"):
        if read_ref(clone, ref) == commit:
            return
        try:
            fetch(clone, url, [f"+{ref}:{ref}"], depth)
        except ExpError as error:
            if depth is None or "shallow" not in error.message:
                raise
            fetch(clone, url, [f"+{ref}:{ref}"])  # over dumb HTTP there is all or nothing


def remote_url(repo: Repo, remote: str) -> str:
    """The URL of a remote (or of a URL given instead), as another machine can use it, without any password.

    Raises ExpError for a remote that does not exist.
    """
    if remote in remote_names(repo):
        url = run_git(repo.work_tree, "remote", "get-url", "--", remote).text
    elif "/" in remote or _SCP_STYLE.match(remote):
        url = remote
    else:
        raise ExpError(f"there is no Git remote '{remote}'.", "`git remote -v` lists the remotes.")
    if "://" not in url and not _SCP_STYLE.match(url):
        return os.path.normpath(repo.work_tree / url)
    return without_secrets(url)


def without_secrets(url: str) -> str:
    """The URL without what lets people in: the user part of http URLs, the password of others."""
    parts = urlsplit(url)
    if "@" not in parts.netloc or "://" not in url:
        return url
    user, _, host = parts.netloc.rpartition("@")
    keeps_user = parts.scheme not in ("http", "https", "ftp", "ftps")
    netloc = f"{user.partition(':')[0]}@{host}" if keeps_user else host
    return urlunsplit(parts._replace(netloc=netloc))
