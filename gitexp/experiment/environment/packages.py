"""Which packages are installed, by the names of the folders that installers leave: nothing is imported."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence

_SEPARATORS = re.compile(r"[-_.]+")
_PYTHON = re.compile(r"-py\d[\d.]*$")
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE)


def packages_in(folders: Sequence[str]) -> dict[str, str]:
    """Distribution -> version; where several folders have it, that of the first: it is imported."""
    found: dict[str, str] = {}
    for folder in folders:
        for name, version in _installed(folder):
            found.setdefault(_SEPARATORS.sub("-", name).lower(), version)
    return dict(sorted(found.items()))


def conda_packages(folder: str) -> dict[str, str]:
    """Package -> version and build, of a `conda-meta` folder, Python's own and others."""
    found = {}
    for entry in _names(folder):
        words = entry.removesuffix(".json").rsplit("-", 2)
        if entry.endswith(".json") and len(words) == 3:
            found[words[0]] = f"{words[1]} {words[2]}"
    return dict(sorted(found.items()))


def folder_stamp(folder: str) -> int | None:
    """When entries of the folder last came or went, in nanoseconds; None if it is not there."""
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return None


def _installed(folder: str) -> Iterator[tuple[str, str]]:
    for entry in _names(folder):
        if entry.endswith(".dist-info"):
            name, dash, version = entry.removesuffix(".dist-info").partition("-")
            if dash:
                yield name, version
        elif entry.endswith(".egg-info"):
            # 'six-1.16.0-py3.11.egg-info', a file or a folder, or 'mine.egg-info', which tells it inside.
            name, dash, version = _PYTHON.sub("", entry.removesuffix(".egg-info")).partition("-")
            yield name, version if dash else _version_inside(os.path.join(folder, entry))


def _version_inside(egg_info: str) -> str:
    try:
        with open(os.path.join(egg_info, "PKG-INFO"), encoding="utf-8", errors="replace") as file:
            found = _VERSION.search(file.read(4096))
    except OSError:
        return ""
    return found[1] if found else ""


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
