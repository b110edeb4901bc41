"""Editable installs of the project, so that the code which runs is the code which is recorded.

`pip install -e .` makes Python import the package from the workspace. A run happens in a worktree: without
more, its stages would import code that the experiment does not hold. So each folder of the workspace that
an editable install names is looked up in the worktree and goes first on PYTHONPATH: entries there win over
.pth lines and over the import hooks of setuptools (`__editable__*`), which look last.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

_LARGEST = 64 * 1024  # bytes; what installers write is far smaller


def editable_roots(work_tree: Path, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Folders of `work_tree`, relative to it, that editable installs put on the path of `python`.

    Looks into the site-packages of every Python that `environ` would find first. Runs nothing.
    """
    found: dict[str, None] = {}
    for folder in _site_folders(environ):
        for named in _named_by_installs(folder):
            inside = _inside(named, work_tree)
            if inside is not None:
                found[inside] = None
    return tuple(found)


def python_path(roots: tuple[str, ...], worktree: Path, environ: Mapping[str, str]) -> str | None:
    """PYTHONPATH for a stage in `worktree`; None when it can stay as it is."""
    if not roots:
        return None
    entries = [str(worktree / root) if root != "." else str(worktree) for root in roots]
    before = environ.get("PYTHONPATH")
    return os.pathsep.join([*entries, before] if before else entries)


def _site_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    seen = set()
    for program in ("python", "python3"):
        for folder in environ.get("PATH", "").split(os.pathsep):
            if folder and os.access(Path(folder) / program, os.X_OK):
                prefix = Path(folder).parent
                if prefix not in seen:
                    seen.add(prefix)
                    yield from prefix.glob("lib/python3*/*-packages")
                break
    home = environ.get("HOME")
    if home:
        yield from Path(home).glob(".local/lib/python3*/site-packages")


def _named_by_installs(folder: Path) -> Iterator[str]:
    for path in folder.glob("*.pth"):
        yield from (line.strip() for line in _lines(path) if line.startswith("/"))
    for path in folder.glob("__editable__*_finder.py"):
        yield from (str(Path(package).parent) for package in _mapped_packages(path))


def _lines(path: Path) -> list[str]:
    try:
        if path.stat().st_size > _LARGEST:
            return []
        return path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []


def _mapped_packages(finder: Path) -> list[str]:
    """The values of the `MAPPING = {'package': '/its/folder'}` that setuptools writes."""
    text = next((line.partition("=")[2] for line in _lines(finder) if line.startswith("MAPPING")), "")
    try:
        mapping = ast.literal_eval(text.strip() or "{}")
    except (ValueError, SyntaxError):
        return []
    places = mapping.values() if isinstance(mapping, dict) else ()
    return [place for place in places if isinstance(place, str)]


def _inside(named: str, work_tree: Path) -> str | None:
    place = Path(os.path.realpath(named))
    if place != work_tree and work_tree not in place.parents:
        return None
    return place.relative_to(work_tree).as_posix()
