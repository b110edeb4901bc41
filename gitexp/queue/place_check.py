"""Whether a machine that shares nothing can run experiments: looked at by a worker in its own place."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gitexp.cache.remotes.remote import open_remote
from gitexp.errors import ExpError
from gitexp.git.command import run_git
from gitexp.project import Remote
from gitexp.queue.outpost import work_folder

_LITTLE = 1 << 30  # bytes of free space under which a worker is likely to run full

Told = tuple[str, bool, str, str | None]  # check, whether it is well, words, hint


def look_around(url: str, remotes: Sequence[tuple[str, str, Mapping[str, str]]]) -> dict[str, Any]:
    """What there is here: {"findings": [(check, well, words, hint), …], "now": our clock}."""
    findings = [*_programs(), *_scratch(), _git_remote(url)]
    findings += [_data_remote(Remote(name, place, options)) for name, place, options in remotes]
    return {"findings": findings, "now": time.time()}


def _programs() -> Iterator[Told]:
    yield "python", True, f"{sys.version.split()[0]} ({sys.executable})", None
    try:
        yield "git", True, run_git(Path("/"), "--version").text.removeprefix("git version "), None
    except ExpError as error:
        yield "git", False, error.message, error.hint


def _scratch() -> Iterator[Told]:
    try:
        folder = work_folder()
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except (ExpError, OSError) as error:
        yield "scratch", False, str(error), "set GITEXP_WORK to a folder that can be written to."
        return
    hint = None if free > _LITTLE else "little is left: set GITEXP_WORK to a larger disk."
    yield "scratch", hint is None, f"{folder}, {free / 1e9:.0f} GB free", hint


def _git_remote(url: str) -> Told:
    asked = run_git(
        Path("/"), "ls-remote", "--quiet", "--end-of-options", url, "refs/gitexp/none", check=False
    )
    if asked.code == 0:
        return "git remote", True, f"{url} can be read", None
    hint = (
        "the worker's own key, token or credential helper must open it; `url.….insteadOf` renames it there."
    )
    return "git remote", False, f"{url}: {asked.complaint}", hint


def _data_remote(remote: Remote) -> Told:
    """Write a small object, read it, remove it."""
    check, key = f"data remote {remote.name}", f"gitexp-doctor/{uuid.uuid4().hex}"
    hint = "the worker's own credentials must open it: its environment, or its own DVC config."
    with tempfile.TemporaryDirectory() as place:
        source, target = Path(place, "source"), Path(place, "target")
        source.write_bytes(b"probe")
        try:
            store = open_remote(remote)
            store.put(source, key, None, lambda count: None)
            store.flush()
            store.get(key, target, lambda count: None)
            store.delete([key])
        except (ExpError, OSError) as error:
            return check, False, f"{remote.url}: {error}", hint
        well = target.read_bytes() == b"probe"
    return check, well, f"{remote.url} can be read and written", None if well else hint
